import Support

/// The id of a recipient as people hand it to a command: alone, in the brackets of a reply, or with the whole reply or
/// log line around it; or as much of it as was read out or pasted.
public struct TraceIDArgument: Sendable, Hashable {
    /// The letters and digits, in upper case.
    public let text: String
    /// Whether these are all.
    public var isWhole: Bool { text.utf8.count == Self.length }

    /// An id's letters and digits, in Crockford's base 32.
    private static let length = 26
    /// Fewer are no beginning of an id: the first letters are the time, and the same for years.
    private static let least = 4
    /// More than this is no reply and no line.
    private static let limit = 100_000
    private static let alphabet = Set("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    /// Finds the id in a text.
    ///
    /// - Throws: If there is none, or more than one.
    public init(_ text: String) throws(TraceFilter.Fault) {
        let shown = LogLine.beginning(of: text.utf8)
        guard text.utf8.count <= Self.limit else {
            throw TraceFilter.Fault(sentence: "--id \(shown): this is too long.")
        }
        let words = Self.words(text)
        var whole: [String] = []
        // Its first digit is small: it is that of a time.
        for word in words where word.text.utf8.count == Self.length && word.text < "8" && !whole.contains(word.text) {
            whole.append(word.text)
        }
        guard whole.count <= 1 else {
            throw TraceFilter.Fault(
                sentence:
                    "--id: there is more than one id in this: \(whole.prefix(5).joined(separator: ", ")); give one.")
        }
        // Of a text that is cut the beginning of an id is in brackets, or behind trace=.
        let parts = words.count == 1 ? words : words.filter(\.isMarked)
        let part = parts.first { $0.text.utf8.count >= Self.least && $0.text.utf8.count < Self.length && $0.text < "8" }
        guard let found = whole.first ?? part?.text else {
            throw TraceFilter.Fault(
                sentence:
                    "--id \(shown): an id has 26 digits and letters, as in the reply's brackets and behind trace= in the "
                    + "log; its first \(Self.least) or more may do.")
        }
        self.text = found
    }

    /// The words of an id's letters, and whether a bracket or `trace=` stands before each. As base 32 is read, O is a
    /// 0, I and L are a 1.
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
