import Support

/// The program that wrote a line of a log, as far as a survey tells programs apart.
enum LogProgram: Equatable {
    /// A program of Postfix: the name of its service, which is also that of a transport, and its own name (`relay` and
    /// `smtp` in `postfix/relay/smtp`). The service is nil if the tag does not name it, as in `postfix/smtp`.
    case postfix(service: String?, program: String)
    /// A program named just `smtp` or `lmtp`: Postfix's in the log of macOS, or another one.
    case agent(String)
    /// Sendmail, under any of its names.
    case sendmail
    /// Exim.
    case exim
    /// danegate itself.
    case danegate
    /// Any other program.
    case other

    /// Recognises a program by its name, such as `postfix/smtp`.
    init(_ name: LentBytes) {
        let parts = name.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let program = LentBytes(rebasing: parts.last ?? name[...])
        if program.equals("danegate") {
            self = .danegate
        } else if parts.count > 1, parts.first?.isEmpty == false, !program.isEmpty, program.allSatisfy(\.isAlphanumeric)
        {
            // The instance may have any name: postfix, postfix-out, mta1. The service stands between it and the
            // program.
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

    /// Whether surveys read what the program writes.
    var isRead: Bool {
        switch self {
        case .postfix(_, let program): Self.agents.contains(program)
        case .agent, .sendmail, .exim, .danegate: true
        case .other: false
        }
    }

    /// The delivery agents of Postfix.
    private static let agents: Set<String> = [
        "smtp", "lmtp", "local", "virtual", "pipe", "error", "retry", "discard", "spawn",
    ]
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether the bytes begin with a text.
    func begins(with text: StaticString) -> Bool { ByteScanner(self).starts(with: text) }
}
