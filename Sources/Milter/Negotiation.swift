import CMilter

/// What is asked of the MTA at the start of a connection, out of what it offers.
///
/// libmilter drops a session that asks for more than was offered, and keeps some of what is asked for the whole process:
/// the same offer always has the same answer.
struct Negotiation: Equatable {
    /// The names of all macros that are read at MAIL. `{client_addr}` here makes CONNECT unnecessary.
    static let mailMacros = "i {auth_authen} {auth_type} {client_addr} {client_name} {daemon_name} {mail_addr}"
    /// The names of all macros that are read at RCPT. An answer to this replaces what main.cf says for the stage.
    static let recipientMacros = "i {rcpt_addr} {rcpt_host} {rcpt_mailer}"

    /// `SMFIF_…` to ask for: changing mail is not among them.
    var actions: UInt
    /// `SMFIP_…` to ask for.
    var steps: UInt

    /// Whether the MTA can be told which macros to send (Sendmail 8.14, Postfix 2.6).
    var asksForMacros: Bool { actions & UInt(SMFIF_SETSYMLIST) != 0 }
    /// Whether MAIL is not answered, which saves its round trip. libmilter offers this for MTAs that cannot do it, too.
    var leavesMailUnanswered: Bool { steps & UInt(SMFIP_NR_MAIL) != 0 }

    /// The answer to an offer.
    ///
    /// Wanted are MAIL and RCPT. Never asked for: NR_RCPT, as RCPT has an answer, and RCPT_REJ, as recipients that the MTA
    /// refuses anyway would cost DNS lookups.
    init(offeredActions: UInt, offeredSteps: UInt) {
        actions = UInt(SMFIF_SETSYMLIST) & offeredActions
        var wanted = SMFIP_NOHELO | SMFIP_NODATA | SMFIP_NOHDRS | SMFIP_NOEOH | SMFIP_NOBODY | SMFIP_NOUNKNOWN
        wanted |= SMFIP_NR_MAIL
        // Without a word in the macros, CONNECT is the only one to tell the client's address.
        if actions != 0 { wanted |= SMFIP_NOCONNECT }
        steps = UInt(wanted) & offeredSteps
    }
}
