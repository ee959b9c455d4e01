/// An SMTP reply that refuses a recipient. No text can make it malformed.
///
/// The reply is always one line of printable ASCII without `%`, at most 400 bytes, and its two codes have the same
/// class. libmilter passes a `%` on, and Sendmail answers such a reply with its own 550: a 451 would turn into a 550.
/// So `%` is replaced, not doubled.
public struct Reply: Hashable, Sendable {
    /// The longest reply in bytes, codes included. RFC 5321 §4.5.3.1.5 allows 512.
    public static let maximumLength = 400

    /// The basic code, 400 to 599, of the same class as `enhanced`.
    public let code: UInt16
    /// The enhanced code.
    public let enhanced: EnhancedStatusCode
    /// The text after the codes.
    public let text: String

    /// A reply with the class of its enhanced code.
    ///
    /// - Parameters:
    ///   - enhanced: The enhanced code. It decides the class.
    ///   - detail: The last two digits of the basic code: 50 for 550, 51 for 451. Above 99 it counts as 50 or 51.
    ///   - text: Any text. Control characters, other characters that are not ASCII, and `%` become `?`. Several blanks
    ///     become one. A text that is too long is cut and ends in `...`.
    public init(_ enhanced: EnhancedStatusCode, detail: UInt16, text: String) {
        let permanent = enhanced.class == .permanent
        self.code = UInt16(enhanced.class.rawValue) * 100 + (detail < 100 ? detail : permanent ? 50 : 51)
        self.enhanced = enhanced
        // The text follows "550 5.7.323 ".
        let room = Self.maximumLength - enhanced.description.utf8.count - 5
        self.text = Self.printable(text, limit: room)
    }

    /// Text made safe for a reply or a log: printable ASCII, no `%`, single blanks, at most `limit` bytes.
    static func printable(_ text: String, limit: Int) -> String {
        var bytes: [UInt8] = []
        // Write a blank only once something follows it. So none stands at the end or counts towards the limit.
        var isBlankDue = false
        for scalar in text.unicodeScalars {
            if scalar == " " || scalar == "\t" || scalar == "\r" || scalar == "\n" {
                isBlankDue = !bytes.isEmpty
                continue
            }
            if isBlankDue { bytes.append(UInt8(ascii: " ")) }
            isBlankDue = false
            let isFit = scalar.value > 0x20 && scalar.value < 0x7F && scalar != "%"
            bytes.append(isFit ? UInt8(scalar.value) : UInt8(ascii: "?"))
            // Do not read a text of megabytes to its end.
            if bytes.count > limit { break }
        }
        if bytes.count > limit { bytes = bytes.prefix(max(0, limit - 3)) + Array("...".utf8) }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Reply: CustomStringConvertible {
    /// `550 5.7.323 text`, as the sender sees it.
    public var description: String { text.isEmpty ? "\(code) \(enhanced)" : "\(code) \(enhanced) \(text)" }
}
