import NIOCore
import Testing

@testable import Gate

/// Netstrings, cut anywhere.
@Suite struct NetstringTests {
    /// The texts of netstrings that follow each other; the last is nil if something else follows.
    private static func texts(_ pieces: [[UInt8]]) -> [String?] {
        var (buffer, texts): (ByteBuffer, [String?]) = (ByteBuffer(), [])
        for piece in pieces {
            buffer.writeBytes(piece)
            do throws(NetstringError) {
                while let text = try Netstring.read(&buffer) { texts.append(String(decoding: text, as: UTF8.self)) }
            } catch {
                return texts + [nil]
            }
        }
        return texts
    }

    static let rows: [(sent: String, texts: [String?])] = [
        ("", []), ("5:hello,", ["hello"]), ("0:,", [""]), ("1:,,", [","]), ("3:a:b,", ["a:b"]), ("2:ä,", ["ä"]),
        ("5:hello,0:,2:ab,", ["hello", "", "ab"]), ("5:hello,5:hel", ["hello"]), ("12", []), ("12:", []),
        ("5:hello,x", ["hello", nil]), ("5:hello;", [nil]), ("5:hell,o", [nil]), ("3:abcd,", [nil]),
        (":", [nil]), ("x", [nil]), ("-1:x,", [nil]), ("+1:x,", [nil]), (" 1:x,", [nil]), ("1 :x,", [nil]),
        ("1;x,", [nil]), ("\n", [nil]), ("1:x\n", [nil]), ("a:b,", [nil]),
        // No leading zero, and no length that is beyond the bound, however long it is.
        ("00:,", [nil]), ("01:x,", [nil]), ("0000000005:hello,", [nil]),
        ("2049:", [nil]), ("9999:", [nil]), ("20480:", [nil]), ("1000000000000000000:x,", [nil]),
        ("99999999999999999999999999999999999999:x,", [nil]), (String(repeating: "9", count: 100_000), [nil]),
        (String(repeating: "0", count: 100_000), [nil]),
    ]

    @Test(arguments: rows.indices) func areReadHoweverTheyCome(index: Int) {
        let (sent, texts) = Self.rows[index]
        let bytes = Array(sent.utf8)
        #expect(Self.texts([bytes]) == texts, "\(sent.prefix(40))")
        // What is wrong is so from its first bytes on.
        for pieces in DialogueRun.cuts(Array(bytes.prefix(60))) where bytes.count <= 60 || texts == [nil] {
            #expect(Self.texts(pieces) == texts, "\(sent.prefix(40)) as \(pieces.map(\.count))")
        }
    }

    @Test(arguments: [0, 1, 9, 10, 99, 100, 999, 1000, 2047, 2048]) func allLengthsUpToTheBound(count: Int) {
        let text = String(repeating: "x", count: count)
        let bytes = Array(Netstring.write(text).utf8)
        #expect(bytes == Array("\(count):\(text),".utf8))
        for pieces in [[bytes]] + DialogueRun.cuts(bytes) { #expect(Self.texts(pieces) == [text]) }
    }
}
