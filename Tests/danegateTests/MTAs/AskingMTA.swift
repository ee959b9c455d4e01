import Foundation
import Testing
import World

/// An MTA that asks at a Unix socket, at which nobody listens yet. Its patience is short.
struct AskingMTA: Sendable {
    /// Where the MTA asks.
    let socket: String
    /// The settings of a danegate that answers there.
    let settings: [String: String]

    private let port: UInt16
    private let end: @Sendable () async -> Void
    private let said: @Sendable () -> String
    /// What keeps the socket's folder.
    private let directory: ScratchDirectory?

    /// - Parameter failsOpen: Whether its mail is to pass while nobody answers.
    init(_ way: MTATable.Way, _ world: MailWorld, failsOpen: Bool = false) async throws {
        let isMilter = way == .postfixMilter || way == .sendmailMilter
        switch way {
        case .postfixMilter, .postfixPolicy:
            let scratch = try ScratchDirectory("door")
            (directory, socket) = (scratch, scratch.file("door.sock"))
            let action = failsOpen ? ", default_action=\(isMilter ? "accept" : "DUNNO")" : ""
            let service =
                "{ unix:\(socket), \(isMilter ? "connect_timeout=2s, command_timeout" : "timeout")=4s\(action) }"
            let restrictions = "permit_auth_destination, check_policy_service \(service), permit"
            let postfix = try await PostfixInstance(
                milter: isMilter ? service : "", extra: isMilter ? [:] : ["smtpd_recipient_restrictions": restrictions])
            (port, end, said) = (postfix.port, { await postfix.stop() }, { "" })
        case .sendmailMilter:
            let headings = ["Every recipient judged"]
            let sendmail = try SendmailInstance(lines: SendmailGuideTests.lines(headings))
            mkdir(sendmail.root.file("/run/danegate"), 0o755)
            (directory, socket) = (nil, sendmail.root.file("/run/danegate/milter.sock"))
            try await SendmailGuideTests.start(
                sendmail, headings,
                places: [
                    "inet:8895@127.0.0.1, F=T": "local:/run/danegate/milter.sock\(failsOpen ? "" : ", F=T")",
                    "C:10s;S:10s;R:30s": "C:2s;S:2s;R:4s",
                ])
            (port, end, said) = (sendmail.port, { await sendmail.stop() }, { "" })
        case .eximQuery:
            let headings = ["Debian's split configuration", "Mail must pass while danegate is stopped"]
            let exim = try await EximSite(world, failsOpen ? headings : [headings[0]])
            (directory, socket) = (nil, exim.socket)
            (port, end, said) = (exim.exim.port, { await exim.stop() }, { exim.exim.panics })
        }
        let name = isMilter ? "MILTER_SOCKET" : "QUERY_SOCKET"
        let own = isMilter ? [:] : ["MILTER_SOCKET": "inet:\(try freePort())@127.0.0.1"]
        settings = own.merging([name: "unix:\(socket)", "\(name)_MODE": "0666", "MILTER_DEADLINE": "2s"]) { $1 }
    }

    /// What the MTA itself has found to be wrong with it; empty if nothing is.
    var panics: String { said() }

    /// What a client is told, at RCPT or before it.
    func line(_ recipient: String) async throws -> String { try await MTASession.reply(port, recipient).line }

    func stop() async { await end() }
}
