public import DANE
import Glibc
import Synchronization

/// A recipient that the MTA would accept, and what is known about it. Nothing in it may be trusted.
///
/// It is lent for the length of the call, and cannot be copied to be kept: what is asked for is looked up in libmilter's
/// buffers then, and costs nothing before.
///
/// Macros the MTA does not send, sends empty or sends longer than 1024 bytes are nil. Text that is not UTF-8 has U+FFFD in
/// its place; only addresses are kept byte for byte. libmilter keeps a stage's macros until the MTA sends the next packet of
/// them, and MTAs send one with every MAIL and RCPT: an MTA that left out a packet would be shown the values of the last one.
public struct RecipientEvent: ~Copyable {
    private let known: Session
    private let context: MilterContext
    private let arguments: ArgumentVector
    private let path: UnsafeRawBufferPointer
    private let wasLost = Atomic<Bool>(false)

    /// How many RCPTs the connection has seen, this one included.
    public let ordinal: UInt64
    /// Whether the recipient was longer and is cut: it then names someone else, or no one.
    public let recipientIsCut: Bool

    init(
        _ session: Session, ordinal: UInt64, _ context: MilterContext, _ arguments: ArgumentVector,
        path: UnsafePointer<CChar>
    ) {
        known = session
        self.ordinal = ordinal
        self.context = context
        self.arguments = arguments
        let length = strnlen(path, MilterContext.addressLimit + 1)
        recipientIsCut = length > MilterContext.addressLimit
        self.path = UnsafeRawBufferPointer(start: path, count: min(length, MilterContext.addressLimit))
    }

    /// The MTA's connection, numbered from 1 on since the start. Not the same as an SMTP session: see `MilterService`.
    public var session: UInt64 { known.number }

    /// The RCPT argument as typed, at most 2048 bytes: usually with `<>`, perhaps without, perhaps with a source route.
    public var recipient: [UInt8] { Array(path) }
    /// The recipient as text.
    public var recipientText: String { String(decoding: path, as: UTF8.self) }
    /// The recipient as text, with its bytes where these are none.
    public var receivedRecipient: ReceivedText { ReceivedText(path) }
    /// ESMTP parameters of the RCPT: at most 32, of at most 1024 bytes each.
    public var parameters: [String] { MilterContext.parameters(arguments) }
    /// The MAIL argument as typed, cut at 2048 bytes: `<>` or empty for the null sender; nil without a MAIL.
    public var sender: String? { known.sender?.text }
    /// The same, with its bytes where they are no text.
    public var receivedSender: ReceivedText? { known.sender }

    /// `{rcpt_mailer}`: the transport, `smtp` or `local` for instance.
    public var mailer: String? { context.macro("{rcpt_mailer}") }
    /// `{rcpt_host}`: the next hop; a relay's name, in brackets if Postfix is not to look up its MX, with a port if set.
    public var host: String? { context.macro("{rcpt_host}") }
    /// `{rcpt_addr}`: the recipient after the MTA's rewriting, without `<>`.
    public var address: String? { context.macro("{rcpt_addr}") }
    /// The same, with its bytes where they are no text.
    public var receivedAddress: ReceivedText? { context.received("{rcpt_addr}") }

    /// Macro `i`: the queue id. Postfix has none at the first RCPT of a message.
    public var queueID: String? { context.macro("i") }
    /// `{client_addr}`, or the address given at CONNECT by an MTA that cannot be asked for macros.
    public var clientAddress: String? { known.clientAddress(context) }
    /// `{client_name}`, or the name given at CONNECT.
    public var clientName: String? { context.macro("{client_name}") ?? known.connected.name }
    /// `{auth_authen}`: the name the client authenticated with.
    public var authenticated: String? { known.authenticated(context) }
    /// `{daemon_name}`: which of the MTA's listeners took the mail.
    public var daemonName: String? { context.macro("{daemon_name}") }

    /// What the handler keeps with the message, until its next MAIL: one value, made at the first call.
    public func kept<Value: AnyObject & Sendable>(_ make: () -> Value) -> Value { known.kept(make) }

    /// Whether its answer is never sent: the service has ended meanwhile. Once the handler has been told so, it is so.
    public var isLost: Bool {
        guard known.service.hasEnded else { return false }
        wasLost.store(true, ordering: .relaxed)
        return true
    }

    /// Whether the handler was told that its answer is never sent.
    var isToldLost: Bool { wasLost.load(ordering: .relaxed) }

    /// Whether the RCPT argument is an address in angle brackets, and that address is this one.
    public func recipientIs(_ address: String) -> Bool {
        guard path.count == address.utf8.count + 2, path.first == UInt8(ascii: "<"), path.last == UInt8(ascii: ">"),
            let start = path.baseAddress
        else { return false }
        var address = address
        return address.withUTF8 { bytes in bytes.baseAddress.map { memcmp(start + 1, $0, bytes.count) == 0 } ?? true }
    }

    /// Whether this looks like Postfix's cleanup server playing an SMTP session for mail that came otherwise
    /// (`non_smtpd_milters`): there a refusal leaves the mail in the queue and warnings in the log (milter.md B1).
    ///
    /// A guess: none of its signs is proof, and an SMTP client on the same host without `<>` shows most of them.
    public var isSimulated: Bool {
        path.first != UInt8(ascii: "<") && mailer == nil && host == nil && clientAddress == "127.0.0.1"
            && clientName == "localhost"
    }
}
