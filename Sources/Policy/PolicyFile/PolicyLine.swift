import Support

/// A parsed line of the policy file: `domain exempt|monitor|enforce|require [until=DATE] [reason="…"]`.
struct PolicyLine {
    /// What the line is about; nil if that part has a fault.
    private(set) var pattern: DomainPattern?
    /// What is wrong with the line, one clause each.
    private(set) var faults: [String] = []
    /// Whether the line is empty or only a comment.
    let isEmpty: Bool

    private var kind: Policy.Kind?
    private var until: Int64?
    private var reason: String?

    /// The longest reason in bytes.
    static let reasonLimit = 500

    /// Reads a line.
    init(_ line: Substring) {
        let (words, fault) = Self.words(line)
        isEmpty = words.isEmpty && fault == nil
        if let fault { faults.append(fault) }
        // Without a fault in the words only. Otherwise further faults would only be consequences of that one.
        guard fault == nil, let first = words.first else { return }
        read(domain: first)
        if words.count >= 2, let kind = Policy.Kind(rawValue: words[1]) {
            self.kind = kind
        } else {
            faults.append(Self.noKind(words))
        }
        for word in words.dropFirst(2) { read(word) }
    }

    /// The policy; nil if the line has a fault.
    func policy(_ number: Int) -> Policy? {
        guard faults.isEmpty, let kind else { return nil }
        return Policy(kind: kind, until: until, reason: reason, line: number)
    }

    private mutating func read(domain word: String) {
        pattern = DomainPattern(word)
        guard pattern == nil else { return }
        var clause = "\"\(LogLine.escaped(word))\" is not a domain name"
        if word.hasPrefix("*."), let meant = DomainPattern(word.dropFirst(1)) {
            clause += "; all subdomains are written \(meant)"
        } else if let at = word.lastIndex(of: "@"), let meant = DomainPattern(word[word.index(after: at)...]) {
            clause += "; policies are of domains: did you mean \(meant)?"
        }
        faults.append(clause)
    }

    private mutating func read(_ word: String) {
        if word.hasPrefix("until=") {
            if until != nil { faults.append("until= is given twice") }
            until = CalendarDate.endOfDay(word.dropFirst(6))
            if until == nil {
                faults.append(
                    "until= must be a day that there is, like 2027-01-31, not \(Self.quoted(word.dropFirst(6)))")
            }
        } else if word.hasPrefix("reason=") {
            if reason != nil { faults.append("reason= is given twice") }
            reason = String(word.dropFirst(7))
            if word.utf8.count - 7 > Self.reasonLimit {
                faults.append("the reason has more than \(Self.reasonLimit) bytes")
            }
        } else if faults.count < 4 {
            let option = NearNames.of(String(word.prefix { $0 != "=" }), in: ["until", "reason"]).first
            faults.append(
                "\(Self.quoted(word)) is neither until=DATE nor reason=\"...\""
                    + (option.map { "; did you mean \($0)=?" } ?? ""))
        }
    }

    /// The clause for a domain that no kind of policy follows.
    private static func noKind(_ words: [String]) -> String {
        let clause = "the domain must be followed by exempt, monitor, enforce or require"
        guard words.count >= 2 else { return clause }
        let kinds = Policy.Kind.allCases.map(\.rawValue)
        var meant = NearNames.of(words[1], in: kinds).first
        // The two words may be in the wrong order.
        if let kind = Policy.Kind(rawValue: words[0].lowercased()), DomainPattern(words[1]) != nil {
            meant = "\"\(LogLine.escaped(words[1])) \(kind.rawValue)\""
        }
        return "\(clause), not \(quoted(words[1]))" + (meant.map { "; did you mean \($0)?" } ?? "")
    }

    /// A word of the file, quoted for use in a sentence.
    private static func quoted(_ word: some StringProtocol) -> String {
        "\"\(LogLine.escaped(String(decoding: Array(word.utf8.prefix(80)), as: UTF8.self)))\""
    }

    /// The words of a line. Blanks separate them, double quotes keep blanks, and `#` outside quotes starts a comment.
    private static func words(_ line: Substring) -> (words: [String], fault: String?) {
        var words: [String] = []
        var word = ""
        var isQuoted = false
        characters: for character in line.unicodeScalars {
            switch character {
            case "\"": isQuoted.toggle()
            case "#" where !isQuoted: break characters
            case " " where !isQuoted, "\t" where !isQuoted:
                if !word.isEmpty { words.append(word) }
                word = ""
            case "\t": word.append(" ")
            case "\u{FFFD}": return (words, "a character is not UTF-8")
            case _ where isControl(character):
                let code = String(character.value, radix: 16, uppercase: true)
                let zeros = String(repeating: "0", count: max(0, 4 - code.count))
                return (words, "there is a control character, U+\(zeros)\(code)")
            default: word.unicodeScalars.append(character)
            }
        }
        if !word.isEmpty { words.append(word) }
        return (words, isQuoted ? "a quotation mark is not closed" : nil)
    }

    /// Whether a character is invisible. What an editor does not show must not decide whose mail is refused.
    private static func isControl(_ character: Unicode.Scalar) -> Bool {
        switch character.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
