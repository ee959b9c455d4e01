public import DANE

/// A recipient in the message trace: who was refused, or would have been, and why. Every text is bounded.
public struct TraceEntry: Sendable, Hashable {
    /// When it was ruled upon, in milliseconds since 1970.
    public var time: Int64
    /// The id that the reply and the log line carry.
    public var trace: String
    /// The sender, empty for the null sender; nil where there was none.
    public var sender: String?
    /// Its bytes, where they are no UTF-8.
    public var senderBytes: [UInt8]?
    /// The recipient as typed, or `@` and its domain alone.
    public var recipient: String
    /// Its bytes, where they are no UTF-8.
    public var recipientBytes: [UInt8]?
    /// The recipient's domain; nil where it has none that is a domain name.
    public var domain: DomainName?
    /// What was judged; nil where the address cannot be one.
    public var destination: Destination?
    /// The client's address.
    public var client: String?
    /// The name that the client authenticated with.
    public var authenticated: String?
    /// What was ruled upon.
    public var outcome: Outcome
    /// The host that decided.
    public var host: String?
    /// The code of the refusal, carried out or not.
    public var code: String?
    /// The reply, given or not.
    public var reply: String?
    /// The queue id, where the MTA had one.
    public var queueID: String?
    /// What was done.
    public var action: Ruling.Action
    /// What would have been done.
    public var would: Ruling.Action?
    /// `enforce` or `monitor`.
    public var mode: String
    /// Whether the verdict was kept from before.
    public var isCached: Bool
    /// How long the fault has lasted.
    public var failingFor: Duration?
    /// Why the verdict is what it is.
    public var cause: String
    /// Why a verdict that allows delivery was refused all the same.
    public var hazard: String?
    /// The kind of policy that applied.
    public var policy: String?
    /// Whether this site's own configuration led to the destination.
    public var isOwnHop: Bool

    /// The most bytes of a text.
    enum Limit {
        static let address = 512
        static let host = 256
        static let name = 128
        static let cause = 600
        static let reply = Reply.maximumLength
    }

    /// An entry of these parts; texts that are too long are cut.
    init(
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
        // A user's name is as good as an address.
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

    /// An address as it is kept.
    private static func address(_ address: Recipient, _ addresses: Settings.TraceAddresses) -> String {
        switch addresses {
        case .full: return BoundedText.of(address.address, Limit.address)
        case .domain: return address.withoutLocalPart
        }
    }
}
