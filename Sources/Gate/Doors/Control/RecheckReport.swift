import Foundation
public import Policy
import Support

/// What `danegate recheck` prints about a domain: what the daemon would have ruled before, and what it has found now.
/// Its keys are those in JSON.
public struct RecheckReport: Codable, Sendable {
    /// The domain as it was asked for.
    public let domain: String
    /// What the daemon would have ruled before the inspection.
    @NullableJSON private(set) var before: CachedReport?
    /// What it has found now, and its ruling.
    @NullableJSON private(set) var after: CachedReport?
    /// Why there was no inspection; nil if there was one.
    @NullableJSON private(set) var note: String?

    init(domain: String, before: CachedReport? = nil, after: CachedReport? = nil, note: String? = nil) {
        self.domain = domain
        self.before = before
        self.after = after
        self.note = note
    }

    /// Parses the report from a line of a daemon; nil if the line is not one.
    public init?(json: String) {
        guard let report = try? JSONDecoder().decode(RecheckReport.self, from: Data(json.utf8)) else { return nil }
        self = report
    }

    /// What is done with mail there now; nil if that could not be found out.
    public var action: Ruling.Action? { after?.action }

    /// The text for people.
    public var text: String {
        var lines = ["\(domain):"]
        if let before { lines.append("  Before: \(Self.shown(before))") }
        if let after {
            lines.append("  Now:    \(Self.shown(after))")
            if let reply = after.reply { lines.append("  Reply:  \(reply)") }
            if before?.action != .accept, after.action == .accept {
                lines.append("  The MTA's own resolver may hold the old records until their TTL is over.")
            }
        }
        if let note { lines.append("  No look: \(note).") }
        return lines.map(TerminalText.line).joined(separator: "\n")
    }

    private static func shown(_ report: CachedReport) -> String {
        guard let outcome = report.outcome, let ruling = report.ruling else { return report.cause }
        let failing =
            report.failing_for_s.map { $0 > 0 ? ", failing for \(DurationText.brief(.seconds($0)))" : "" } ?? ""
        return "\(ruling) (\(outcome)\(failing)), because \(report.cause)"
    }
}
