import NIOCore
import NIOEmbedded
import NIOExtras
import Testing

@testable import Gate

/// Lines are found and bounded wherever a client's bytes are cut.
@Suite struct LineLimitTests {
    /// What a client sends, and what comes of it with a bound of eight bytes.
    struct Row: Sendable, CustomTestStringConvertible {
        let sent: String
        let lines: [String]
        var isTooLong = false
        var testDescription: String { sent.debugDescription }
    }

    static let rows = [
        Row(sent: "", lines: []),
        Row(sent: "a", lines: []),
        Row(sent: "\n", lines: [""]),
        Row(sent: "\r\n\n", lines: ["", ""]),
        Row(sent: "ab\ncd\r\ne", lines: ["ab", "cd"]),
        Row(sent: "1234567\n", lines: ["1234567"]),
        Row(sent: "123456\r\n", lines: ["123456"]),
        // The end of a line belongs to it.
        Row(sent: "12345678", lines: [], isTooLong: true),
        Row(sent: "12345678\n", lines: [], isTooLong: true),
        Row(sent: "1234567\r\n", lines: [], isTooLong: true),
        Row(sent: "a\n1234567\nb\n", lines: ["a", "1234567", "b"]),
        // What was whole before counts, and nothing after it.
        Row(sent: "ab\nc\n123456789\nd\n", lines: ["ab", "c"], isTooLong: true),
        Row(sent: "ab\n" + String(repeating: "x", count: 100_000), lines: ["ab"], isTooLong: true),
    ]

    @Test(arguments: rows, [1, 2, 3, 7, 1 << 20])
    func linesAreTheSameHoweverTheyCome(row: Row, pieces: Int) throws {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandlers(LineLimit.lines(of: 8))
        var isTooLong = false
        let bytes = Array(row.sent.utf8)
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            do {
                try channel.writeInbound(ByteBuffer(bytes: bytes[start..<min(start + pieces, bytes.count)]))
            } catch is LineTooLongError {
                #expect(!isTooLong, "told once")
                isTooLong = true
            }
        }
        var lines: [String] = []
        while let line = try channel.readInbound(as: ByteBuffer.self) { lines.append(String(buffer: line)) }
        #expect(lines == row.lines && isTooLong == row.isTooLong)
        // A line without an end is no line.
        _ = try? channel.finish()
        #expect(try channel.readInbound(as: ByteBuffer.self) == nil)
    }
}
