import Foundation
public import Gate
import Support

/// The states of several hosts' daemons.
public struct SiteStatus {
    /// What a daemon says of itself. A daemon of another version may leave out any of it.
    package struct Facts: Sendable {
        package let mode: String?
        package let rollout: Int64?
        package let version: String?
        /// For how many seconds it has run.
        package let uptime: Int64?
        /// Whether its resolver works; nil if it does not say so.
        package let resolves: Bool?
        /// The breaker's state.
        package let breaker: String?
    }

    /// A host.
    package struct Part: Sendable {
        /// Its name.
        package let mta: String
        /// Its state; unknown if it has not answered.
        package let level: StatusLevel
        /// What is wrong, or how it is, or why there is no answer.
        package let summary: String
        /// What its daemon says; nil if there is no answer.
        package let facts: Facts?
        /// The line of JSON.
        let line: String
    }

    private var parts: [Int: Part] = [:]

    /// Makes an empty one.
    public init() {}

    /// Takes what `danegate status --json` has printed on a host. A daemon of another version may have answered there,
    /// so that only `status` and `problems` are needed.
    public mutating func take(_ answer: SiteAnswer, _ index: Int) throws(SiteAnswerError) {
        let lines = answer.lines
        guard lines.count == 1, let object = ForeignObject(lines[0], atMost: 1 << 20),
            let level = object.text("status").flatMap(StatusLevel.init),
            let problems = object.values["problems"] as? [String]
        else { throw SiteAnswerError(line: lines.first ?? "") }
        let summary =
            problems.isEmpty ? StatusReport(json: lines[0])?.summary ?? "" : problems.joined(separator: "; ")
        parts[index] = Part(
            mta: answer.mta, level: level, summary: TerminalText.line(BoundedText.of(summary, 1000)),
            facts: Facts(object), line: object.marked(answer.mta))
    }

    /// Notes that a host has not answered: its daemon's state is unknown.
    public mutating func fail(_ mta: String, _ index: Int, _ why: String) {
        parts[index] = Part(mta: mta, level: .unknown, summary: why, facts: nil, line: ForeignObject.failed(mta, why))
    }

    /// The hosts in the order of the list.
    package var ordered: [Part] { parts.sorted { $0.key < $1.key }.map(\.value) }

    /// The worst state, as monitoring plugins have it (`max_state_alt`): a host that cannot be asked is worse than one
    /// that is well, and does not hide one that is not.
    public var level: StatusLevel {
        let order: [StatusLevel] = [.critical, .warning, .unknown]
        return order.first { level in parts.values.contains { $0.level == level } } ?? .ok
    }

    /// The text: a line for monitoring, with figures behind a bar, and a line a host.
    public var text: String {
        let counts = StatusLevel.allCases.map { level in (level, parts.values.count { $0.level == level }) }
        let summary = counts.filter { $0.1 > 0 }.map { "\($0.1) \($0.0.rawValue.uppercased())" }
        // The first line names those that it is about, and has an end.
        let worst = ordered.filter { $0.level == level && level != .ok }
        var first = "\(level.rawValue.uppercased()) - \(CountText.of(parts.count, "host")): "
        first += summary.joined(separator: ", ")
        for part in worst.prefix(5) { first += "; \(part.mta): \(BoundedText.of(part.summary, 120))" }
        if worst.count > 5 { first += "; and \(worst.count - 5) more" }
        let figures = ["hosts=\(parts.count);;;0"] + counts.map { "\($0.0.rawValue)=\($0.1);;;0;\(parts.count)" }
        let lines = ordered.map { "\($0.mta): \($0.level.rawValue.uppercased()) - \($0.summary)" }
        // Monitoring takes what stands behind a bar for figures, in every line.
        let text = ([first] + lines).map { $0.replacing("|", with: "/") }
        return (["\(text[0]) | \(figures.joined(separator: " "))"] + text.dropFirst()).joined(separator: "\n")
    }

    /// The JSON: one object, with what each host has answered.
    public var json: String {
        let status = JSONLine.of(level)
        return "{\"status\":\(status),\"mtas\":[\(ordered.map(\.line).joined(separator: ","))]}"
    }
}

extension SiteStatus.Facts {
    /// Reads them from the object that a daemon has made.
    fileprivate init(_ object: ForeignObject) {
        func text(_ value: String?) -> String? { value.map { TerminalText.line(BoundedText.of($0, 100)) } }
        mode = text(object.text("mode"))
        rollout = object.number("rollout", atMost: 100)
        version = text(object.text("version"))
        uptime = object.number("uptime_s")
        resolves = object.child("resolver").flatMap { $0.values["working"] as? Bool }
        breaker = text(object.child("breaker")?.text("state"))
    }
}
