import Support

/// A line of a list of hosts: a name, and words that say how the host is reached.
struct SiteLine {
    /// The name; `*` for what holds for the lines below.
    private(set) var name = "*"
    private var isLocal = false
    private var address: String?
    private var user: String?
    private var port: Int?
    private var command: [String]?

    /// A line that says nothing.
    init() {}

    /// Reads a line.
    ///
    /// - Returns: nil for a blank line and for a comment.
    init?(_ line: some StringProtocol) throws(SiteLineError) {
        // A control character, a bare CR say, would look like a blank.
        guard line.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F || $0 == "\t" }) else {
            throw SiteLineError(clause: "there is a control character in it")
        }
        var words = String(line).split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
        if let comment = words.firstIndex(where: { $0.hasPrefix("#") }) { words.removeSubrange(comment...) }
        guard let first = words.first else { return nil }
        name = first
        guard first == "*" || Self.isName(first) else {
            throw SiteLineError(
                clause: "'\(TerminalText.shown(first))' is no name: letters, digits, '.', '-' and '_' may stand in it")
        }
        isLocal = first == "local"
        var seen: Set<String> = []
        var rest = words.dropFirst()
        while let word = rest.popFirst() {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard seen.insert(parts[0]).inserted else {
                throw SiteLineError(clause: "'\(TerminalText.shown(parts[0]))' stands twice in it")
            }
            try take(parts[0], parts.count > 1 ? parts[1] : nil, &rest)
        }
        if isLocal, address != nil || user != nil || port != nil {
            throw SiteLineError(clause: "local has no address, user or port")
        }
        if name == "*", isLocal || address != nil {
            throw SiteLineError(clause: "* is for what hosts have in common: user, port, command")
        }
    }

    private mutating func take(_ key: String, _ value: String?, _ rest: inout ArraySlice<String>) throws(SiteLineError)
    {
        switch (key, value) {
        case ("local", nil): isLocal = true
        case ("address", let value?) where Self.isAddress(value): address = value
        case ("user", let value?) where Self.isName(value): user = value
        case ("port", let value?):
            guard let number = UInt16(value), number > 0, "\(number)" == value else {
                throw SiteLineError(clause: "port=\(TerminalText.shown(value)) must be from 1 to 65535")
            }
            port = Int(number)
        case ("command", let value?):
            let words = [value] + rest
            rest = []
            guard let program = words.first, !program.hasPrefix("-"),
                words.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(Self.isOfCommand) })
            else {
                throw SiteLineError(
                    clause: "command= takes a program and its words, of letters, digits and any of -_./:@,+=")
            }
            command = words
        case ("address", let value?), ("user", let value?):
            throw SiteLineError(clause: "\(key)=\(TerminalText.shown(value)) has other characters than a name")
        default:
            let shown = TerminalText.shown(key)
            throw SiteLineError(
                clause: "'\(shown)' means nothing here; there are local, address=, user=, port= and command=")
        }
    }

    /// Returns the host that the line names.
    ///
    /// - Parameter common: The line that holds for those below it.
    func host(_ common: SiteLine) -> SiteHost {
        guard !isLocal else { return SiteHost(name: name, place: .local, command: command) }
        return SiteHost(
            name: name, place: .ssh(address: address ?? name, user: user ?? common.user, port: port ?? common.port),
            command: command ?? common.command)
    }

    /// Whether a byte may stand in the words of a command: none that a shell would read.
    private static func isOfCommand(_ byte: UInt8) -> Bool { ShellWord.isPlain(byte) || byte == UInt8(ascii: "=") }

    /// Whether a word can be the name of a host or a user, and nothing else: no option of ssh, and nothing that a
    /// shell, a ProxyCommand or a terminal takes for more.
    private static func isName(_ word: String) -> Bool {
        guard let first = word.utf8.first, word.utf8.count <= 253, first.isAlphanumeric || first == UInt8(ascii: "_")
        else { return false }
        return word.utf8.allSatisfy { $0.isAlphanumeric || ".-_".utf8.contains($0) }
    }

    /// Whether a word is a name or an IP address. A colon is of IPv6.
    private static func isAddress(_ word: String) -> Bool {
        guard let first = word.utf8.first, word.utf8.count <= 253, first.isAlphanumeric || first == UInt8(ascii: ":")
        else { return false }
        return word.utf8.allSatisfy { $0.isAlphanumeric || ".-_:".utf8.contains($0) }
    }
}
