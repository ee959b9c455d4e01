import DANE

/// The one line a ruled recipient gets, in the order that design.md fixes.
struct RulingLine: Sendable {
    let ruling: Ruling
    let mode: Settings.Mode
    let recipient: String
    let domain: String
    let host: String?
    let isCached: Bool
    let waited: Duration
    let trace: TraceID
    let client: String?
    let queueID: String?
    /// Why the recipient was passed on without a verdict; nil where there was one.
    var passed: String?
    /// Why the verdict is what it is; for refusals, carried out or not.
    var cause: String?

    /// The line.
    var line: LogLine {
        var line = LogLine(capacity: 320)
        line.add("ruling", plain: ruling.action.rawValue)
        line.add("mode", plain: mode.rawValue)
        if let would = ruling.would { line.add("would", plain: would.rawValue) }
        line.add("to", recipient)
        line.add("domain", domain)
        line.add("outcome", plain: passed == nil ? ruling.outcome.rawValue : "-")
        line.add("code", plain: ruling.code?.description ?? "-")
        line.add("host", host)
        line.add("cached", plain: isCached ? "yes" : "no")
        line.add("waited_ms", plainBy: { waited.writeTenthsOfMilliseconds(to: &$0) })
        line.add("failing_for", plain: ruling.failingFor.map(DurationText.brief) ?? "-")
        line.add("trace", plainBy: { trace.write(to: &$0) })
        line.add("client", client)
        line.add("qid", queueID)
        if let passed { line.add("passed", passed) }
        if let cause { line.add("cause", cause) }
        return line
    }
}

extension Duration {
    /// Writes milliseconds with one digit after the point.
    fileprivate func writeTenthsOfMilliseconds(to bytes: inout [UInt8]) {
        let (seconds, attoseconds) = components
        let tenths = max(0, seconds * 10_000 + (attoseconds + 50_000_000_000_000) / 100_000_000_000_000)
        // Nearly every recipient is ruled on within a tenth of a millisecond.
        if tenths < 10 {
            bytes.append(UInt8(ascii: "0"))
        } else {
            bytes.append(contentsOf: "\(tenths / 10)".utf8)
        }
        bytes.append(UInt8(ascii: "."))
        bytes.append(UInt8(ascii: "0") + UInt8(tenths % 10))
    }
}
