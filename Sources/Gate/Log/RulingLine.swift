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
    let trace: String
    let client: String?
    let queueID: String?
    /// Why the recipient was passed on without a verdict; nil where there was one.
    var passed: String?
    /// Why the verdict is what it is; for refusals, carried out or not.
    var cause: String?

    /// The line.
    var line: LogLine {
        var line = LogLine()
        line.add("ruling", ruling.action.rawValue)
        line.add("mode", mode.rawValue)
        if let would = ruling.would { line.add("would", would.rawValue) }
        line.add("to", recipient)
        line.add("domain", domain)
        line.add("outcome", passed == nil ? ruling.outcome.rawValue : nil)
        line.add("code", ruling.code?.description)
        line.add("host", host)
        line.add("cached", isCached ? "yes" : "no")
        line.add("waited_ms", "\(waited.tenthsOfMilliseconds)")
        line.add("failing_for", ruling.failingFor.map(DurationText.brief))
        line.add("trace", trace)
        line.add("client", client)
        line.add("qid", queueID)
        if let passed { line.add("passed", passed) }
        if let cause { line.add("cause", cause) }
        return line
    }
}
