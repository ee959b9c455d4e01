/// One step of an inspection, for the person who reads `danegate check`.
public struct InspectionStep: Sendable {
    /// The kinds of step; the raw values are the `step` of the JSON.
    public enum Kind: String, Sendable, CaseIterable {
        case mx, address, tlsa, probe, certificate
        /// The root's DNSKEY, before a bogus answer is believed; and what else of the way to the DNS fails.
        case resolver
        /// Everything again, past every cache.
        case again = "second-look"
        /// The analyzer's further connections to an address.
        case comparison
        /// What will have ended by the day that `--days` asks for.
        case expiry
    }

    /// How a step went; the raw values are the `result` of the JSON.
    public enum Result: String, Sendable {
        case ok
        /// As it should not be, without effect on the verdict.
        case warning
        case failed
    }

    /// The kind.
    public let kind: Kind
    /// What it was about: a domain, a host, an address.
    public let subject: String
    /// How it went.
    public let result: Result
    /// What was seen, as a sentence without a full stop.
    public let detail: String
    /// How long it took.
    public let elapsed: Duration

    /// One of these parts.
    package init(kind: Kind, subject: String, result: Result, detail: String, elapsed: Duration) {
        self.kind = kind
        self.subject = subject
        self.result = result
        self.detail = detail
        self.elapsed = elapsed
    }
}
