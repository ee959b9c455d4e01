import CMilter

/// What is requested from the MTA at the start of a connection, from what it offers.
///
/// libmilter drops a session if more is requested than was offered, and keeps part of the request for the whole
/// process. So the same offer always gets the same answer.
struct Negotiation: Equatable {
    /// The macros that are read at MAIL. With `{client_addr}` among them, CONNECT is not needed.
    static let mailMacros = "i {auth_authen} {auth_type} {client_addr} {client_name} {daemon_name} {mail_addr}"
    /// The macros that are read at RCPT. This list replaces the one in main.cf for that stage.
    static let recipientMacros = "i {rcpt_addr} {rcpt_host} {rcpt_mailer}"

    /// The requested `SMFIF_…` flags. Changing mail is not among them.
    var actions: UInt
    /// The requested `SMFIP_…` flags.
    var steps: UInt

    /// Whether the MTA can be told which macros to send (Sendmail 8.14, Postfix 2.6).
    var asksForMacros: Bool { actions & UInt(SMFIF_SETSYMLIST) != 0 }
    /// Whether MAIL is not answered, which saves a round trip. libmilter offers this for MTAs that do not support it,
    /// too.
    var leavesMailUnanswered: Bool { steps & UInt(SMFIP_NR_MAIL) != 0 }

    /// The answer to an offer.
    ///
    /// MAIL and RCPT are needed. Two flags are never requested: NR_RCPT, because RCPT is answered, and RCPT_REJ,
    /// because recipients that the MTA refuses anyway would cost DNS lookups.
    init(offeredActions: UInt, offeredSteps: UInt) {
        actions = UInt(SMFIF_SETSYMLIST) & offeredActions
        var wanted = SMFIP_NOHELO | SMFIP_NODATA | SMFIP_NOHDRS | SMFIP_NOEOH | SMFIP_NOBODY | SMFIP_NOUNKNOWN
        wanted |= SMFIP_NR_MAIL
        // Without the macros, only CONNECT tells the client's address.
        if actions != 0 { wanted |= SMFIP_NOCONNECT }
        steps = UInt(wanted) & offeredSteps
    }
}
