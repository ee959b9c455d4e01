import Glibc
public import Support
import Synchronization

/// A recipient that the MTA would accept, and the facts about it. None of them may be trusted.
///
/// It is valid only during the call and cannot be copied. Values are looked up in libmilter's buffers when they are
/// read, and cost nothing before.
///
/// A macro that the MTA does not send, or that is empty or longer than 1024 bytes, is nil. Text that is not UTF-8 has
/// U+FFFD in its place; only addresses are also kept byte for byte. libmilter keeps the macros of a stage until the
/// next packet of them, and MTAs send one with every MAIL and RCPT. If an MTA left out a packet, the values of the
/// previous one would be seen.
public struct RecipientEvent: ~Copyable {
    private let known: Session
    private let context: MilterContext
    private let arguments: ArgumentVector
    private let path: UnsafeRawBufferPointer
    private let wasLost = Atomic<Bool>(false)

    /// How many RCPTs there have been on the connection, this one included.
    public let ordinal: UInt64
    /// Whether the recipient was too long and has been cut. It then names somebody else, or nobody.
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

    /// The number of the MTA's connection, counted from 1 since the start. It is not an SMTP session; see
    /// `MilterService`.
    public var session: UInt64 { known.number }

    /// The RCPT argument as received, at most 2048 bytes, usually with `<>`. It may have a source route.
    public var recipient: [UInt8] { Array(path) }
    /// The recipient as text.
    public var recipientText: String { String(decoding: path, as: UTF8.self) }
    /// The recipient as text, with its bytes if they are not UTF-8 (F-98).
    public var receivedRecipient: ReceivedText { ReceivedText(path) }
    /// The ESMTP parameters of the RCPT: at most 32, of at most 1024 bytes each.
    public var parameters: [String] { MilterContext.parameters(arguments) }
    /// The MAIL argument as received, cut at 2048 bytes. `<>` or empty for the null sender; nil if there was no MAIL.
    public var sender: String? { known.sender?.text }
    /// The same, with its bytes if they are not UTF-8 (F-98).
    public var receivedSender: ReceivedText? { known.sender }

    /// `{rcpt_mailer}`: the transport, such as `smtp` or `local`.
    public var mailer: String? { context.macro("{rcpt_mailer}") }
    /// `{rcpt_host}`: the next hop. It is the name of a relay, in brackets if Postfix does not look up its MX, with a
    /// port if set.
    public var host: String? { context.macro("{rcpt_host}") }
    /// Whether `{rcpt_mailer}` is this text. No copy of it is made.
    public func transportIs(_ text: String) -> Bool { context.macro("{rcpt_mailer}", is: text) }
    /// Whether `{rcpt_host}` is this text. No copy of it is made.
    public func nextHopIs(_ text: String) -> Bool { context.macro("{rcpt_host}", is: text) }
    /// `{rcpt_addr}`: the recipient after the MTA's rewriting, without `<>`.
    public var address: String? { context.macro("{rcpt_addr}") }
    /// The same, with its bytes if they are not UTF-8 (F-98).
    public var receivedAddress: ReceivedText? { context.received("{rcpt_addr}") }

    /// Macro `i`: the queue id. Postfix has none at the first RCPT of a message.
    public var queueID: String? { context.macro("i") }
    /// `{client_addr}`, or the address given at CONNECT if the MTA cannot be told which macros to send.
    public var clientAddress: String? { known.clientAddress(context) }
    /// `{client_name}`, or the name given at CONNECT.
    public var clientName: String? { context.macro("{client_name}") ?? known.connected.name }
    /// `{auth_authen}`: the name the client authenticated with.
    public var authenticated: String? { known.authenticated(context) }
    /// `{daemon_name}`: which of the MTA's listeners received the mail.
    public var daemonName: String? { context.macro("{daemon_name}") }

    /// A value that the handler keeps with the message, until the next MAIL. There is one, and the first call makes it.
    public func kept<Value: AnyObject & Sendable>(_ make: () -> Value) -> Value { known.kept(make) }

    /// Whether the answer can no longer be sent because the service has ended. Once it has returned true, the answer is
    /// not sent.
    public var isLost: Bool {
        guard known.service.hasEnded else { return false }
        wasLost.store(true, ordering: .relaxed)
        return true
    }

    /// Whether `isLost` has returned true.
    var isToldLost: Bool { wasLost.load(ordering: .relaxed) }

    /// Whether the RCPT argument is this address in angle brackets.
    public func recipientIs(_ address: String) -> Bool {
        guard path.count == address.utf8.count + 2, path.first == UInt8(ascii: "<"), path.last == UInt8(ascii: ">"),
            let start = path.baseAddress
        else { return false }
        return address.utf8.withContiguousStorageIfAvailable { bytes in
            bytes.baseAddress.map { memcmp(start + 1, $0, bytes.count) == 0 } ?? true
        } ?? false
    }

    /// Whether this is probably Postfix's cleanup server, which simulates an SMTP session for mail that came in another
    /// way (`non_smtpd_milters`). There, a refusal leaves the mail in the queue and warnings in the log.
    ///
    /// It is a guess. None of the signs is proof, and an SMTP client on the same host that omits `<>` shows most of
    /// them.
    public var isSimulated: Bool {
        path.first != UInt8(ascii: "<") && mailer == nil && host == nil && clientAddress == "127.0.0.1"
            && clientName == "localhost"
    }
}
