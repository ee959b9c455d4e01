/// A recipient that the MTA would accept, and what is known about it. Nothing in it may be trusted.
///
/// Macros the MTA does not send, sends empty or sends longer than 1024 bytes are nil. Text that is not UTF-8 has U+FFFD in
/// its place; only `recipient` is kept byte for byte. libmilter keeps a stage's macros until the MTA sends the next packet of
/// them, and MTAs send one with every MAIL and RCPT: an MTA that left out a packet would be shown the values of the last one.
public struct RecipientEvent: Sendable, Hashable {
    /// The MTA's connection, numbered from 1 on since the start. Not the same as an SMTP session: see `MilterService`.
    public let session: UInt64
    /// How many RCPTs the connection has seen, this one included.
    public let ordinal: UInt64

    /// The RCPT argument as typed, at most 2048 bytes: usually with `<>`, perhaps without, perhaps with a source route.
    public let recipient: [UInt8]
    /// Whether the recipient was longer and is cut: it then names someone else, or no one.
    public let recipientIsCut: Bool
    /// ESMTP parameters of the RCPT: at most 32, of at most 1024 bytes each.
    public let parameters: [String]
    /// The MAIL argument as typed, cut at 2048 bytes: `<>` or empty for the null sender; nil without a MAIL.
    public let sender: String?

    /// `{rcpt_mailer}`: the transport, `smtp` or `local` for instance.
    public let mailer: String?
    /// `{rcpt_host}`: the next hop; a relay's name, in brackets if Postfix is not to look up its MX, with a port if set.
    public let host: String?
    /// `{rcpt_addr}`: the recipient after the MTA's rewriting, without `<>`.
    public let address: String?

    /// Macro `i`: the queue id. Postfix has none at the first RCPT of a message.
    public let queueID: String?
    /// `{client_addr}`, or the address given at CONNECT by an MTA that cannot be asked for macros.
    public let clientAddress: String?
    /// `{client_name}`, or the name given at CONNECT.
    public let clientName: String?
    /// `{auth_authen}`: the name the client authenticated with.
    public let authenticated: String?
    /// `{daemon_name}`: which of the MTA's listeners took the mail.
    public let daemonName: String?

    /// The recipient as text.
    public var recipientText: String { String(decoding: recipient, as: UTF8.self) }

    /// Whether this looks like Postfix's cleanup server playing an SMTP session for mail that came otherwise
    /// (`non_smtpd_milters`): there a refusal leaves the mail in the queue and warnings in the log (milter.md B1).
    ///
    /// A guess: none of its signs is proof, and an SMTP client on the same host without `<>` shows most of them.
    public var isSimulated: Bool {
        mailer == nil && host == nil && clientAddress == "127.0.0.1" && clientName == "localhost"
            && recipient.first != UInt8(ascii: "<")
    }
}
