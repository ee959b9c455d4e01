public import DANE
public import Inspection
public import Policy
import Support

/// A recipient in the message trace: a recipient that was refused, or would have been, and why. All texts have a bound.
public struct TraceEntry: Sendable, Hashable {
    /// When danegate ruled on it, in milliseconds since 1970.
    public var time: Int64
    /// The trace id, which the reply and the log line carry too.
    public var trace: String
    /// The sender, empty for the null sender; nil if the MTA gave none.
    public var sender: String?
    /// F-98: the bytes of a sender that is no UTF-8; nil otherwise.
    public var senderBytes: [UInt8]?
    /// The recipient as typed, or only `@` and its domain (`TRACE_ADDRESSES`).
    public var recipient: String
    /// F-98: the bytes of a recipient that is no UTF-8; nil otherwise.
    public var recipientBytes: [UInt8]?
    /// The recipient's domain; nil if it has no valid one.
    public var domain: DomainName?
    /// The destination that was judged; nil if the domain is impossible.
    public var destination: Destination?
    /// The client's address.
    public var client: String?
    /// The name that the client authenticated with.
    public var authenticated: String?
    /// The outcome of the verdict.
    public var outcome: Outcome
    /// The MX host that decided the outcome.
    public var host: String?
    /// The codes of the refusal, carried out or not.
    public var code: String?
    /// The text of the reply, given or not.
    public var reply: String?
    /// The queue id, if the MTA had one.
    public var queueID: String?
    /// What was done.
    public var action: Ruling.Action
    /// What would have been done in enforce mode, if that differs.
    public var would: Ruling.Action?
    /// `enforce` or `monitor`.
    public var mode: String
    /// Whether the verdict came from the cache.
    public var isCached: Bool
    /// How long the fault has lasted.
    public var failingFor: Duration?
    /// Why the outcome is what it is.
    public var cause: String
    /// Why mail was refused although the outcome allows delivery.
    public var hazard: String?
    /// The kind of policy that applied.
    public var policy: String?
    /// F-91: whether this site's own configuration leads to the destination.
    public var isOwnHop: Bool

    /// The most bytes of each text.
    enum Limit {
        static let address = 512
        static let host = 256
        static let name = 128
        static let cause = 600
        static let reply = Reply.maximumLength
    }

    /// Makes an entry. Texts that are too long are cut.
    package init(
        time: Int64, trace: String, sender: Recipient?, recipient: Recipient, destination: Destination?,
        client: String?, authenticated: String?, verdict: Verdict, ruling: Ruling, reply: Reply?, queueID: String?,
        mode: Settings.Mode, isCached: Bool, policy: Policy.Kind?, addresses: Settings.TraceAddresses
    ) {
        self.time = time
        self.trace = trace
        self.sender = sender.map { Self.address($0, addresses) }
        self.recipient = Self.address(recipient, addresses)
        if addresses == .full {
            senderBytes = sender?.bytes.map { BoundedText.of($0, Limit.address) }
            recipientBytes = recipient.bytes.map { BoundedText.of($0, Limit.address) }
        }
        domain = if case .name(let name) = recipient.domain { name } else { nil }
        self.destination = destination
        self.client = client.map { BoundedText.of($0, Limit.name) }
        // A login name can identify a user as an address does.
        self.authenticated = addresses == .full ? authenticated.map { BoundedText.of($0, Limit.name) } : nil
        outcome = ruling.outcome
        host = verdict.host.map { BoundedText.of($0, Limit.host) }
        code = ruling.code?.description
        self.reply = reply.map { BoundedText.of($0.description, Limit.reply) }
        self.queueID = queueID.map { BoundedText.of($0, Limit.name) }
        action = ruling.action
        would = ruling.would
        self.mode = mode.rawValue
        self.isCached = isCached
        failingFor = ruling.failingFor
        cause = BoundedText.of(verdict.cause, Limit.cause)
        hazard = ruling.hazard.map { BoundedText.of($0, Limit.cause) }
        self.policy = policy?.rawValue
        isOwnHop = ruling.isOwnHop
    }

    /// Returns an address as the settings allow it to be kept.
    private static func address(_ address: Recipient, _ addresses: Settings.TraceAddresses) -> String {
        switch addresses {
        case .full: return BoundedText.of(address.address, Limit.address)
        case .domain: return address.withoutLocalPart
        }
    }
}
