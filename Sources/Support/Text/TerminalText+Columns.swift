import Foundation
import Glibc

extension TerminalText {
    /// The character widths of a UTF-8 terminal, whatever the locale of the process. They are never changed or freed.
    private struct Widths: @unchecked Sendable {
        let locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nil)
        /// wcwidth(3), which Swift's Glibc module does not declare.
        let width = dlsym(nil, "wcwidth").map {
            unsafeBitCast($0, to: (@convention(c) (wchar_t) -> Int32).self)
        }
    }

    private static let widths = Widths()

    /// Returns what a person typed in a form for a sentence: without effect on the terminal or the log, and no longer
    /// than a line unless the limit is another one.
    ///
    /// - Parameter limit: The most characters of the text that are shown.
    public static func shown(_ text: some StringProtocol, limit: Int = 80) -> String {
        LogLine.escaped(String(text.prefix(limit)))
    }

    /// Returns the columns that a text takes. An ideograph takes two, and a combining mark none (wcwidth(3)).
    public static func columns(_ text: some StringProtocol) -> Int {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
        return measured { text.unicodeScalars.reduce(0) { $0 + columns($1) } }
    }

    /// Returns as much of the beginning of a text as fits into so many columns. Characters stay whole.
    package static func prefix<Text: StringProtocol>(_ text: Text, columns limit: Int) -> Text.SubSequence {
        measured {
            var room = limit
            return text.prefix { letter in
                room -= letter.unicodeScalars.reduce(0) { $0 + columns($1) }
                return room >= 0
            }
        }
    }

    /// Returns a text with blanks behind it, or before it, so that it takes at least so many columns.
    package static func padded(_ text: String, to width: Int, isRight: Bool = false) -> String {
        let blanks = String(repeating: " ", count: max(0, width - columns(text)))
        return isRight ? blanks + text : text + blanks
    }

    /// Returns a text of at most so many columns. The middle of a longer one is cut out: `3 1 1 2bf4ab12...09fe3412`.
    ///
    /// - Parameter limit: The columns, at least 5.
    package static func cutInTheMiddle(_ text: String, columns limit: Int) -> String {
        guard columns(text) > limit else { return text }
        let head = prefix(text, columns: (limit - 2) / 2)
        let tail = String(prefix(String(text.reversed()), columns: limit - 3 - columns(head)).reversed())
        return "\(head)...\(tail)"
    }

    /// Does work while this thread has the locale that `wcwidth` depends on.
    private static func measured<Result>(_ work: () -> Result) -> Result {
        guard let locale = widths.locale else { return work() }
        let former = uselocale(locale)
        defer { uselocale(former) }
        return work()
    }

    private static func columns(_ scalar: Unicode.Scalar) -> Int {
        widths.width.map { max(0, Int($0(wchar_t(scalar.value)))) } ?? 1
    }
}
