/// One step of an inspection, for the reader of `danegate check`.
public struct InspectionStep: Sendable {
    /// The kinds of step. The raw values are the values of `step` in JSON.
    public enum Kind: String, Sendable, CaseIterable {
        case mx, address, tlsa, probe, certificate
        /// The root's keys, tested before a bogus answer is believed, and other faults on the way to the DNS.
        case resolver
        /// Everything again, bypassing all caches.
        case again = "second-look"
        /// The analyzer's further connections to an address.
        case comparison
        /// What will have ended by the day that `--days` gives.
        case expiry
    }

    /// How a step went. The raw values are the values of `result` in JSON.
    public enum Result: String, Sendable {
        case ok
        /// Something is wrong, without effect on the verdict.
        case warning
        case failed
    }

    /// The kind.
    public let kind: Kind
    /// What it was about: a domain, a host or an address.
    public let subject: String
    /// How it went.
    public let result: Result
    /// What was seen, as a sentence without a full stop.
    public let detail: String
    /// How long it took.
    public let elapsed: Duration

    /// Makes one from its parts.
    package init(kind: Kind, subject: String, result: Result, detail: String, elapsed: Duration) {
        self.kind = kind
        self.subject = subject
        self.result = result
        self.detail = detail
        self.elapsed = elapsed
    }
}
