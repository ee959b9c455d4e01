import Support

/// The program that wrote a line of a log, as far as a survey tells programs apart.
enum LogProgram: Equatable {
    /// A program of Postfix: the name of its service, which a transport has, and its own (`relay` and `smtp` of
    /// `postfix/relay/smtp`). The service is nil where the tag does not name it, as in `postfix/smtp`.
    case postfix(service: String?, program: String)
    /// A program called `smtp` or `lmtp` and no more: Postfix's in macOS's log, or somebody else's.
    case agent(String)
    /// Sendmail, of whatever name.
    case sendmail
    /// Exim.
    case exim
    /// danegate itself.
    case danegate
    /// Some other program.
    case other

    /// Tells a program by its name, `postfix/smtp`.
    init(_ name: LentBytes) {
        let parts = name.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let program = LentBytes(rebasing: parts.last ?? name[...])
        if program.equals("danegate") {
            self = .danegate
        } else if parts.count > 1, parts.first?.isEmpty == false, !program.isEmpty, program.allSatisfy(\.isAlphanumeric)
        {
            // The instance's name may be any: postfix, postfix-out, mta1. What stands between it and the program is the
            // service.
            let service = parts.count > 2 ? String(decoding: parts[parts.count - 2], as: UTF8.self) : nil
            self = .postfix(service: service, program: program.text)
        } else if program.equals("smtp") || program.equals("lmtp") {
            self = .agent(program.text)
        } else if program.begins(with: "sendmail") || program.begins(with: "sm-") {
            self = .sendmail
        } else if program.begins(with: "exim") {
            self = .exim
        } else {
            self = .other
        }
    }

    /// Whether a survey reads what it writes.
    var isRead: Bool {
        switch self {
        case .postfix(_, let program): Self.agents.contains(program)
        case .agent, .sendmail, .exim, .danegate: true
        case .other: false
        }
    }

    /// Postfix's delivery agents.
    private static let agents: Set<String> = [
        "smtp", "lmtp", "local", "virtual", "pipe", "error", "retry", "discard", "spawn",
    ]
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether the bytes begin as a text does.
    func begins(with text: StaticString) -> Bool { ByteScanner(self).starts(with: text) }
}
