package import NIOCore
import Support

/// A command: words of any bytes, which are sent as an array of bulk strings.
package struct RESPCommand: Sendable, Hashable {
    /// The words, the command's name first.
    package let words: [[UInt8]]

    /// A command of these words.
    package init(words: [[UInt8]]) { self.words = words }

    /// A command of words that are text.
    package init(_ words: String...) { self.words = words.map { Array($0.utf8) } }

    /// How many bytes it has on the wire.
    package var size: Int {
        words.reduce(Self.header(words.count)) { $0 + Self.header($1.count) + $1.count + 2 }
    }

    /// Writes it as it is sent.
    package func write(to buffer: inout ByteBuffer) {
        buffer.reserveCapacity(minimumWritableBytes: size)
        buffer.writeString("*\(words.count)\r\n")
        for word in words {
            buffer.writeString("$\(word.count)\r\n")
            buffer.writeBytes(word)
            buffer.writeStaticString("\r\n")
        }
    }

    /// The bytes of a sign, a number and a line's end.
    private static func header(_ count: Int) -> Int { "\(count)".utf8.count + 3 }
}

extension RESPCommand: CustomStringConvertible {
    /// The name and how many words follow. They may be a password, and never come into a log.
    package var description: String {
        "\(PrintableText.of(words.first ?? [], limit: 40)) (\(max(0, words.count - 1)) words)"
    }
}
