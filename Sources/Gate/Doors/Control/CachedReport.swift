public import DANE
import Foundation
public import Policy
public import Support

/// What `danegate check --cached` prints about a domain: what the running daemon would rule now. Its keys are those in
/// JSON. They are the keys of `check`, as far as the daemon keeps the values.
public struct CachedReport: Codable, Sendable {
    /// The domain as it was asked for.
    public let domain: String
    /// Whether a verdict is cached.
    public let cached: Bool
    @NullableJSON package private(set) var outcome: String?
    @NullableJSON private(set) var ruling: String?
    @NullableJSON package private(set) var would: String?
    @NullableJSON package private(set) var code: String?
    @NullableJSON package private(set) var reply: String?
    let cause: String
    @NullableJSON private(set) var host: String?
    let degraded: Bool
    let hazards: [String]
    @NullableJSON private(set) var policy: String?
    /// Whether a good verdict has expired and may still be used.
    let stale: Bool
    /// How much longer it is fresh, in seconds. Negative: since when it is not.
    @NullableJSON private(set) var fresh_for_s: Int64?
    /// How much longer it may be used, in seconds.
    @NullableJSON private(set) var valid_for: Int64?
    /// How long the fault has lasted, in seconds.
    @NullableJSON package private(set) var failing_for_s: Int64?
    /// Whether the breaker is open, so that failures count against nobody.
    let in_trouble: Bool

    /// A domain about which nothing is cached, and why.
    init(domain: String, note: String, policy: Policy.Kind? = nil) {
        self.domain = domain
        self.policy = policy?.rawValue
        cause = note
        // An exemption needs no verdict.
        ruling = policy == .exempt ? Ruling.Action.accept.rawValue : nil
        (cached, degraded, stale, in_trouble) = (false, false, false, false)
        (outcome, would, code, reply, host) = (nil, nil, nil, nil, nil)
        (fresh_for_s, valid_for, failing_for_s) = (nil, nil, nil)
        hazards = []
    }

    /// A domain with the ruling that it would get.
    ///
    /// - Parameters:
    ///   - ruled: The ruling.
    ///   - kept: How long its verdict is fresh, and how long it may be used; nil if none is cached.
    init(domain: String, _ ruled: Decision.Ruled, kept: (fresh: Duration, left: Duration)?) {
        let (ruling, verdict) = (ruled.ruling, ruled.verdict)
        self.domain = domain
        policy = ruled.policy?.rawValue
        cached = kept != nil
        outcome = ruling.outcome.rawValue
        self.ruling = ruling.action.rawValue
        would = ruling.would?.rawValue
        code = ruling.code?.description
        reply = ruled.reply?.description
        cause = ruling.hazard ?? verdict.cause
        host = verdict.host
        degraded = verdict.isDegraded
        hazards = verdict.hazards
        stale = kept.map { $0.fresh <= .zero } ?? false
        fresh_for_s = kept?.fresh.components.seconds
        valid_for = kept?.left.components.seconds
        failing_for_s = ruling.failingFor?.components.seconds
        in_trouble = ruled.isInTrouble
    }

    /// Parses the report from a line of a daemon; nil if the line is not one.
    public init?(json: String) {
        guard let report = try? JSONDecoder().decode(CachedReport.self, from: Data(json.utf8)) else { return nil }
        self = report
    }

    /// What would be done; nil if that is not known yet.
    public var action: Ruling.Action? { ruling.flatMap(Ruling.Action.init) }

    /// For how many seconds the daemon has known that the domain fails with this outcome; nil if it does not know that.
    public func failing(as other: Outcome) -> Int64? {
        failing_for_s.flatMap { outcome == other.rawValue && $0 > 0 ? $0 : nil }
    }

    /// The text for people. Ruling and reply come first, as in `danegate check`.
    public func text(on page: TerminalPage) -> String {
        var answer = "\(domain): \(outcome ?? "not known")\(degraded ? " (degraded)" : "")."
        if let ruling {
            answer += " Ruling: \(ruling)\(would.map { "; it would be \($0) if it were not monitored" } ?? "")."
        }
        if let reply { answer += " \(would == nil ? "Reply" : "The sender sees nothing; then it would be"): \(reply)" }
        var facts = ["Because \(cause)."]
        if cached {
            let fresh = fresh_for_s ?? 0
            let age =
                stale
                ? "stale since \(DurationText.brief(.seconds(-fresh)))"
                : "fresh for \(DurationText.brief(.seconds(fresh)))"
            facts.append("Kept: \(age), may serve for \(DurationText.brief(.seconds(valid_for ?? 0)))")
        }
        if let failing_for_s { facts.append("Failing for \(DurationText.brief(.seconds(failing_for_s)))") }
        if let policy { facts.append("Policy: \(policy)") }
        if in_trouble { facts.append("The trouble may be our own: the breaker is open.") }
        let lines =
            page.wrapped(TerminalText.line(answer), first: "", rest: "  ")
            + facts.flatMap { page.wrapped(TerminalText.line($0), first: "  ", rest: "    ") }
        return lines.joined(separator: "\n")
    }
}
