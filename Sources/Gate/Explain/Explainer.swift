import DANE

/// Finds what a word of a reply, the log or the documentation stands for.
public enum Explainer {
    /// What is not known.
    public struct Unknown: Error, Sendable {
        /// The sentence, with what may have been meant.
        public let sentence: String
    }

    /// More than this is no word, no code and no reply.
    private static let maximumLength = 2000

    /// Explains a word.
    ///
    /// - Parameter text: An outcome, a code (`5.7.323`, `7.323`, `x.7.323`, `550`), a whole reply, a rule's number, a key or an event of
    ///   the log, a setting. Case does not matter.
    /// - Returns: What it stands for, at least one.
    /// - Throws: If it stands for nothing.
    public static func explain(_ text: String) throws(Unknown) -> [Explanation] {
        let shown = LogLine.escaped(String(text.prefix(80)))
        guard text.utf8.count <= maximumLength else {
            throw Unknown(sentence: "'\(shown)...' is too long to be a code or a word.")
        }
        let words = text.lowercased().split(whereSeparator: \.isWhitespace).map(String.init)
        let whole = words.joined(separator: " ")
        let named = named(whole)
        if !named.isEmpty { return named }
        // A reply, or a part of one: its keyword tells more than its code.
        let keywords = words.map { $0.trimming(":;,'\"()[]") }
        if words.count > 1 {
            let outcomes = keywords.prefix(4).compactMap(Outcome.init(rawValue:)).map { Explanation($0) }
            if let first = outcomes.first { return [first] }
        }
        for word in keywords.reversed().suffix(4) {
            let coded = coded(word)
            if !coded.isEmpty { return coded }
        }
        throw Unknown(sentence: "there is nothing to explain about '\(shown)'; \(hint(whole))")
    }

    /// What has a name, in whatever spelling.
    private static func named(_ word: String) -> [Explanation] {
        var word = word.trimming(":;,'\"()[]")
        // outcome=…, event=…, cause=… as they stand in the log.
        if let sign = word.firstIndex(of: "="), sign != word.startIndex, word.index(after: sign) != word.endIndex {
            let kind = word[..<sign]
            let value = String(word[word.index(after: sign)...])
            let matching = Explanation.all.filter {
                $0.name.lowercased() == value && ($0.kind.rawValue == kind || kind == "would" && $0.kind == .ruling)
            }
            if !matching.isEmpty { return matching }
            word = value
        }
        let setting = word.hasPrefix("danegate_") ? String(word.dropFirst(9)) : nil
        return Explanation.all.filter { explanation in
            let name = explanation.name.lowercased()
            if let setting { return explanation.kind == .setting && name == setting }
            return name == word || plain(name) == plain(word)
        }
    }

    /// The outcomes that a code stands for.
    private static func coded(_ word: String) -> [Explanation] {
        let parts = word.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        if parts.count == 1, parts[0].count == 3 {
            return Explanation.all.filter { $0.codes.contains { $0.hasPrefix("\(parts[0]) ") } && $0.kind == .outcome }
        }
        guard (2...3).contains(parts.count) else { return [] }
        let detail = parts.suffix(2).joined(separator: ".")
        let known = parts.count == 2 || ["4", "5", "x", "*"].contains(parts[0])
        guard known else { return [] }
        let own = Outcome.allCases.filter { outcome in
            // Of a doubt there is no 5.x.x.
            guard let code = outcome.enhancedCode(.permanent), "\(code)".dropFirst(2) == detail else { return false }
            return parts[0] != "5" || parts.count == 2 || !outcome.isDoubt
        }
        // A code that Exchange Online alone gives, from somebody else's bounce.
        let others = Outcome.allCases.filter { $0.exchangeOnline?.contains("4/5.\(detail) ") == true }
        let found = (own.isEmpty ? others : own).map { Explanation($0) }
        guard found.isEmpty, parts.count == 2 || parts[0] != "5" else { return found }
        // A code that no outcome has by itself.
        return Explanation.all.filter { $0.kind == .word && $0.codes.contains { $0.hasSuffix(" 4.\(detail)") } }
    }

    private static func plain(_ text: String) -> String { String(text.filter { $0.isLetter || $0.isNumber }) }

    /// What may have been meant.
    private static func hint(_ word: String) -> String {
        let names =
            Explanation.all.map(\.name)
            + Set(Explanation.all.flatMap(\.codes)).compactMap {
                $0.split(separator: " ").last.map(String.init)
            }
        let measured = names.map { ($0, SettingsReader.distance($0.lowercased(), word)) }
        let limit = max(1, min(3, word.count / 3))
        let near = measured.filter { $0.1 <= limit }.sorted { ($0.1, $0.0) < ($1.1, $1.0) }.prefix(3).map(\.0)
        return near.isEmpty
            ? "`danegate explain` lists what there is."
            : "did you mean \(near.joined(separator: " or "))? `danegate explain` lists what there is."
    }
}

extension String {
    /// Without any of the characters at both ends.
    fileprivate func trimming(_ characters: String) -> String {
        String(drop { characters.contains($0) }.reversed().drop { characters.contains($0) }.reversed())
    }
}
