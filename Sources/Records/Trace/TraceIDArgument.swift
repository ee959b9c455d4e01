import Support

/// A trace id as people give it to a command (F-97): alone, in the brackets of a reply, within a whole reply or log
/// line, or only its beginning.
public struct TraceIDArgument: Sendable, Hashable {
    /// The letters and digits, in upper case.
    public let text: String
    /// Whether this is a whole id.
    public var isWhole: Bool { text.utf8.count == Self.length }

    /// The length of an id, in digits of Crockford's base 32.
    private static let length = 26
    /// The fewest digits that count as the beginning of an id. The first digits are the time, and the same for years.
    private static let least = 4
    /// The longest text that is searched. No reply and no log line is longer.
    private static let limit = 100_000
    private static let alphabet = Set("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    /// Finds the id in a text.
    ///
    /// - Throws: If the text has no id in it, or more than one.
    public init(_ text: String) throws(TraceFilterError) {
        let shown = LogLine.beginning(of: text.utf8)
        guard text.utf8.count <= Self.limit else {
            throw TraceFilterError(sentence: "--id \(shown): this is too long.")
        }
        let words = Self.words(text)
        var whole: [String] = []
        // The first digit of an id is below 8, because an id begins with 48 bits of time.
        for word in words where word.text.utf8.count == Self.length && word.text < "8" && !whole.contains(word.text) {
            whole.append(word.text)
        }
        guard whole.count <= 1 else {
            throw TraceFilterError(
                sentence:
                    "--id: there is more than one id in this: \(whole.prefix(5).joined(separator: ", ")); give one.")
        }
        // In a text that is cut, the beginning of an id follows a bracket or `trace=`.
        let parts = words.count == 1 ? words : words.filter(\.isMarked)
        let part = parts.first { $0.text.utf8.count >= Self.least && $0.text.utf8.count < Self.length && $0.text < "8" }
        guard let found = whole.first ?? part?.text else {
            throw TraceFilterError(
                sentence:
                    "--id \(shown): an id has 26 digits and letters, as in the reply's brackets and behind trace= "
                    + "in the log; its first \(Self.least) or more may do.")
        }
        self.text = found
    }

    /// Returns the words made of base 32 digits, and whether a bracket or `trace=` stands before each. Base 32 reads O
    /// as 0, and I and L as 1.
    private static func words(_ text: String) -> [(text: String, isMarked: Bool)] {
        let upper = Array(text.uppercased().utf8)
        var words: [(text: String, isMarked: Bool)] = []
        var start = 0
        while start < upper.count {
            guard upper[start].isAlphanumeric else {
                start += 1
                continue
            }
            let end = upper[start...].firstIndex { !$0.isAlphanumeric } ?? upper.count
            let word = upper[start..<end].map { byte in
                switch byte {
                case UInt8(ascii: "O"): UInt8(ascii: "0")
                case UInt8(ascii: "I"), UInt8(ascii: "L"): UInt8(ascii: "1")
                default: byte
                }
            }
            if word.allSatisfy(alphabet.contains) {
                let before = upper[..<start].suffix(6)
                let isMarked = before.last == UInt8(ascii: "[") || before.elementsEqual("TRACE=".utf8)
                words.append((String(decoding: word, as: UTF8.self), isMarked))
            }
            start = end
        }
        return words
    }
}
