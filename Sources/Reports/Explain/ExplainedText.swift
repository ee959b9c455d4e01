import DANE
import Support

/// A bounce, a reply, a line of a log or a piece of one, in which the words are looked for that can be explained:
/// outcomes, and the codes that danegate and Exchange Online give.
struct ExplainedText {
    /// Something that was found.
    struct Mention: Equatable {
        /// How much it tells, the most at the top.
        enum Rank: Int, Comparable {
            /// A code that other programs give too: it tells only what danegate would mean by it.
            case common
            /// A code of Exchange Online's for several things.
            case exchange
            /// A code of the family x.7.32x.
            case code
            /// An outcome, as a word that means nothing else.
            case outcome
            /// `outcome=`, as in danegate's log.
            case logged
            /// An outcome behind its code, as in a reply.
            case reply

            static func < (one: Rank, other: Rank) -> Bool { one.rawValue < other.rawValue }
        }

        let rank: Rank
        /// As it stands in the text: `5.7.323 tlsa-invalid`, `tlsa-invalid`, `4.7.321`.
        let text: String
        /// What it may stand for.
        let outcomes: [Outcome]
    }

    /// What was found, in the order of the text, each once.
    let mentions: [Mention]
    /// Pairs of danegate's log, `event=breaker` say, in the order of the text.
    let pairs: [(key: String, value: String)]

    /// So many are told apart: a text may be a stranger's.
    private static let limit = 64

    /// Looks through a text.
    init(_ text: String) {
        var scanner = Scanner(Self.unwrapped(text))
        scanner.run()
        mentions = scanner.mentions
        pairs = scanner.pairs
    }

    /// The one that tells most; of several the first.
    var best: Mention? {
        mentions.max { $0.rank < $1.rank }.flatMap { most in mentions.first { $0.rank == most.rank } }
    }

    /// Lines that mail has broken are put together: soft line breaks of quoted-printable (RFC 2045 §6.7), and a hyphen
    /// at a line's end.
    private static func unwrapped(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "=") {
                let behind = rest.drop { $0 == 0x0D || $0 == 0x20 }
                if behind.first == 0x0A {
                    rest = behind.dropFirst()
                    continue
                }
                if rest.starts(with: "3D".utf8) { rest = rest.dropFirst(2) }
            } else if byte == UInt8(ascii: "-"), rest.first == 0x0A || rest.first == 0x0D {
                // In a bounce that somebody has answered a quotation mark begins the line.
                let behind = rest.drop { [0x0A, 0x0D, 0x20, 0x09, UInt8(ascii: ">")].contains($0) }
                if behind.first?.isLetter == true { rest = behind }
            }
            bytes.append(byte)
        }
        return bytes
    }

    /// Reads the bytes of a text once, from front to back.
    private struct Scanner {
        let bytes: [UInt8]
        var mentions: [Mention] = []
        var pairs: [(key: String, value: String)] = []
        /// The code that has just been read, and where it ended.
        private var code: (text: String, end: Int)?
        private var lastWord = ""

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        mutating func run() {
            var index = 0
            while index < bytes.count, mentions.count < ExplainedText.limit {
                let byte = bytes[index]
                guard Self.isInside(byte) else {
                    index += 1
                    continue
                }
                var end = index
                while end < bytes.count, Self.isInside(bytes[end]) { end += 1 }
                word(index..<end)
                index = end
            }
        }

        /// Bytes of words, and those that join what is on both sides to one: names of hosts, addresses, paths,
        /// versions.
        private static func isInside(_ byte: UInt8) -> Bool { byte.isAlphanumeric || "-_.@/\\%+*~".utf8.contains(byte) }

        private mutating func word(_ range: Range<Int>) {
            // Marks of a sentence or a list at both ends are none of the word's.
            var range = range
            while let last = range.last,
                [UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "*")].contains(bytes[last])
            {
                range = range.lowerBound..<last
            }
            while let first = range.first, bytes[first] == UInt8(ascii: "*") || bytes[first] == UInt8(ascii: "-") {
                range = first + 1..<range.upperBound
            }
            let text = String(decoding: bytes[range].prefix(40), as: UTF8.self).lowercased()
            defer { lastWord = text }
            guard !text.isEmpty, range.count <= 40 else { return }
            let before = range.lowerBound > 0 ? bytes[range.lowerBound - 1] : 0x20
            if before == UInt8(ascii: "=") || before == UInt8(ascii: "\"") { pair(range, text) }
            if let outcome = Outcome(rawValue: text) { return add(outcome, text, range) }
            // `550-5.7.323`: a line of a reply of several lines.
            let plain =
                text.count > 4 && text.prefix(3).allSatisfy(\.isNumber) && text.dropFirst(3).first == "-"
                ? String(text.dropFirst(4)) : text
            if Self.isCode(plain), !["linux", "kernel", "version", "release"].contains(lastWord) {
                add(code: plain, range)
            }
        }

        private mutating func add(_ outcome: Outcome, _ text: String, _ range: Range<Int>) {
            let detail = outcome.enhancedCode(.permanent).map { "\($0)".dropFirst(2) }
            if let code, code.text.dropFirst(2) == detail ?? "", leads(code.end..<range.lowerBound) {
                // The code alone has been noted.
                if mentions.last?.text == code.text { mentions.removeLast() }
                note(.reply, "\(code.text) \(text)", [outcome])
            } else if isPair(range, "outcome") {
                note(.logged, "outcome=\(text)", [outcome])
            } else if text.contains("-") {
                // Words such as "unreachable" may be anybody's.
                note(.outcome, text, [outcome])
            }
        }

        private mutating func add(code text: String, _ range: Range<Int>) {
            code = (text, range.upperBound)
            let outcomes = Outcome.coded(text)
            guard !outcomes.isEmpty else { return }
            let detail = String(text.dropFirst(2))
            let isOwn = outcomes.contains {
                $0.enhancedCode(.permanent).map { "\($0)".dropFirst(2) == detail } ?? false
            }
            note(detail.hasPrefix("7.32") && detail.count == 5 ? .code : isOwn ? .common : .exchange, text, outcomes)
        }

        private mutating func note(_ rank: Mention.Rank, _ text: String, _ outcomes: [Outcome]) {
            let mention = Mention(rank: rank, text: text, outcomes: outcomes)
            if !mentions.contains(mention) { mentions.append(mention) }
        }

        /// An enhanced code (RFC 3463), `x.7.323` among them. What has more or fewer numbers is an address or a
        /// version.
        private static func isCode(_ text: String) -> Bool {
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 3, ["4", "5", "x"].contains(parts[0]) else { return false }
            return parts.dropFirst().allSatisfy { (1...3).contains($0.count) && $0.utf8.allSatisfy(\.isDigit) }
        }

        /// Whether what stands between a code and a word is nothing, or the recipient as Sendmail and Postfix put it
        /// there.
        private func leads(_ range: Range<Int>) -> Bool {
            guard range.count <= 400 else { return false }
            let gap = String(decoding: bytes[range], as: UTF8.self)
            if gap.allSatisfy(\.isWhitespace) { return true }
            return gap.hasPrefix(" <") && (gap.hasSuffix(">... ") || gap.hasSuffix("rejected: "))
        }

        /// Whether a word is the value of a key: `key=word`, `key="word"`, and in JSON `"key":"word"`.
        private func isPair(_ range: Range<Int>, _ key: String) -> Bool {
            ["\(key)=", "\(key)=\"", "\"\(key)\":\"", "\"\(key)\": \"", "\"\(key)\" : \""].contains { lead in
                let place = range.lowerBound - lead.utf8.count
                guard place >= 0, bytes[place..<range.lowerBound].elementsEqual(lead.utf8) else { return false }
                return place == 0 || !bytes[place - 1].isAlphanumeric
            }
        }

        private mutating func pair(_ range: Range<Int>, _ value: String) {
            guard pairs.count < ExplainedText.limit else { return }
            for key in ["event", "cause", "passed", "would"] where isPair(range, key) { pairs.append((key, value)) }
        }
    }
}

extension Outcome {
    /// The outcomes that an enhanced code stands for: `5.7.323`, `x.7.323`.
    static func coded(_ text: String) -> [Outcome] {
        let parts = text.split(separator: ".", maxSplits: 1)
        guard parts.count == 2 else { return [] }
        let detail = parts[1]
        let own = Outcome.allCases.filter { outcome in
            // Of a doubt there is no 5.x.x.
            guard let code = outcome.enhancedCode(.permanent), "\(code)".dropFirst(2) == detail else { return false }
            return parts[0] != "5" || !outcome.isDoubt
        }
        // A code that Exchange Online alone gives, from somebody else's bounce.
        return own.isEmpty ? Outcome.allCases.filter { $0.exchangeOnline?.contains("4/5.\(detail) ") == true } : own
    }
}
