import DANE
import Support

/// Finds what a word of a reply, the log or the documentation stands for.
public enum Explainer {
    /// What a text is explained by.
    public struct Found: Sendable {
        /// What it stands for, at least one.
        public let explanations: [Explanation]
        /// The part of a longer text that tells most, `5.7.323 tlsa-invalid`; nil where the text is the word itself.
        public let mention: String?
        /// What else is in it that could be explained.
        public let others: [String]
    }

    /// The longest text, in bytes: a bounce with the message in it.
    public static let limit = 1 << 20
    /// What has no blank and is longer is no word and no code.
    private static let longestWord = 2000

    /// Explains a word, or what is found in a text.
    ///
    /// - Parameter text: An outcome, a code (`5.7.323`, `7.323`, `x.7.323`), a rule's number, a key or an event of the
    ///   log, a setting, in any case; or a text in which an outcome or a code is: a reply, a bounce, Exchange's report,
    ///   a line of a log.
    /// - Throws: If it stands for nothing.
    public static func find(_ text: String) throws(ExplainerError) -> Found {
        let shown = LogLine.beginning(of: text.utf8)
        let isWord = !text.contains(where: \.isWhitespace)
        guard text.utf8.count <= (isWord ? longestWord : limit) else {
            throw ExplainerError(sentence: "'\(shown)' is too long to be \(isWord ? "a code or a word" : "read").")
        }
        let words = text.lowercased().split(whereSeparator: \.isWhitespace)
        let whole = words.joined(separator: " ")
        var found = whole.isEmpty || whole.utf8.count > longestWord ? [] : named(whole)
        if found.isEmpty, words.count == 1 { found = coded(whole.trimming(":;,'\"()[]#")) }
        if !found.isEmpty { return Found(explanations: found, mention: nil, others: []) }
        return try find(in: ExplainedText(text), whole, shown)
    }

    /// Words that stand for something, for a shell to complete: outcomes, rules, events, settings and so on, and codes.
    public static var completions: [String] {
        let names = Explanation.all.map(\.name) + Explanation.all.flatMap(\.codes)
        var seen: Set<String> = []
        // What a shell takes for anything but a word cannot be completed.
        return names.filter { name in
            name.utf8.allSatisfy { $0.isAlphanumeric || [0x2D, 0x2E, 0x5F].contains($0) } && seen.insert(name).inserted
        }
    }

    /// Explains a word, or what is found in a text.
    public static func explain(_ text: String) throws(ExplainerError) -> [Explanation] { try find(text).explanations }

    private static func find(
        in text: ExplainedText, _ whole: String, _ shown: String
    ) throws(ExplainerError) -> Found {
        let words = whole.split(separator: " ")
        // With nothing but another code beside it, a code that others give too is one of ours.
        for word in words where words.count <= 3 {
            let explanations = coded(String(word).trimming(":;,'\"()[]#"))
            if !explanations.isEmpty { return Found(explanations: explanations, mention: String(word), others: []) }
        }
        if let best = text.best, best.rank > .common {
            let others = text.mentions.filter { $0 != best }.map(\.text)
            return Found(explanations: best.outcomes.map { Explanation($0) }, mention: best.text, others: others)
        }
        // What an MTA says for itself where danegate does not.
        if let name = Glossary.answer(whole),
            let explanation = Explanation.all.first(where: { $0.kind == .word && $0.name == name })
        {
            return Found(explanations: [explanation], mention: name, others: [])
        }
        let pairs = text.pairs.compactMap { pair in
            Explanation.all.first { $0.name.lowercased() == pair.value && kinds(pair.key).contains($0.kind) }
                .map { (pair, $0) }
        }
        if !pairs.isEmpty {
            let mention = pairs.map { "\($0.0.key)=\($0.0.value)" }.joined(separator: " ")
            return Found(explanations: pairs.map(\.1), mention: mention, others: [])
        }
        if text.pairs.contains(where: { $0.key == "passed" }) {
            return Found(explanations: named("passed"), mention: "passed=", others: [])
        }
        if let best = text.best {
            throw ExplainerError(
                sentence:
                    """
                    '\(shown)' has the code \(best.text), which other programs give too, and no word of \
                    danegate's; `danegate explain \(best.text)` says what danegate means by it.
                    """)
        }
        if whole.count == 3, whole.allSatisfy(\.isNumber), let first = whole.first, "245".contains(first) {
            let what = first == "2" ? "accepted" : first == "4" ? "deferred" : "refused"
            let example = first == "2" ? "2.0.0" : "\(first).7.323"
            throw ExplainerError(
                sentence:
                    """
                    \(whole) says by itself only that mail was \(what); the code behind it tells why, such as \
                    \(example).
                    """
            )
        }
        throw ExplainerError(sentence: "there is nothing to explain about '\(shown)'; \(hint(whole))")
    }

    /// What a value in danegate's log may be.
    private static func kinds(_ key: String) -> [Explanation.Kind] {
        switch key {
        case "event": [.event]
        case "cause": [.cause]
        case "would": [.ruling]
        default: []
        }
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

    /// What a code stands for: `5.7.323`, `x.7.323`, `*.7.323`, `7.323`.
    private static func coded(_ word: String) -> [Explanation] {
        let parts = word.split(separator: ".", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count) else { return [] }
        let detail = parts.suffix(2).joined(separator: ".")
        let type = parts.count == 2 || parts[0] == "*" ? "x" : parts[0]
        guard ["4", "5", "x"].contains(type) else { return [] }
        let outcomes = Outcome.coded("\(type).\(detail)")
        if !outcomes.isEmpty { return outcomes.map { Explanation($0) } }
        // One that an MTA gives for itself where danegate does not answer.
        return Explanation.all.filter { explanation in
            explanation.kind == .word
                && explanation.codes.contains { $0.hasSuffix(type == "x" ? ".\(detail)" : " \(word)") }
        }
    }

    private static func plain(_ text: String) -> String { String(text.filter { $0.isLetter || $0.isNumber }) }

    /// What may have been meant.
    private static func hint(_ word: String) -> String {
        let names =
            Explanation.all.map(\.name)
            + Set(Explanation.all.flatMap(\.codes)).compactMap {
                $0.split(separator: " ").last.map(String.init)
            }
        let near = NearNames.of(word, in: names)
        return near.isEmpty
            ? "`danegate explain` lists what there is."
            : "did you mean \(near.joined(separator: " or "))? `danegate explain` lists what there is."
    }
}
