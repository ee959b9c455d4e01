import NIOCore
import RuleMarks
import Testing

@testable import Probe

@Suite("Lines are cut and bounded")
struct SMTPLineCodecTests {
    /// The lines of a text that comes in pieces of that size.
    private func lines(_ text: String, pieces: Int) throws(SMTPProtocolError) -> [String] {
        var codec = SMTPLineCodec()
        var lines: [String] = []
        var rest = ByteBuffer(string: text)
        while let piece = rest.readSlice(length: min(pieces, max(1, rest.readableBytes))), piece.readableBytes > 0 {
            try codec.append(piece)
            while let line = try codec.next() { lines.append(String(decoding: line, as: UTF8.self)) }
        }
        return lines
    }

    @Test(arguments: [1, 2, 7, 1000])
    func cuts(pieces: Int) throws {
        let text = "220-one\r\n220 two\n250\r\n25\r0 x\r\n250 incomplete"
        #expect(try lines(text, pieces: pieces) == ["220-one", "220 two", "250", "25\r0 x"])
    }

    /// CRs, blanks and tabs at a line's end are the end.
    @Test(.rules("F-82"), arguments: ["\n", "\r\n", "\r\r\n", " \r\n", "\t\r\n", " \t \r\r\r\n", "\r \r\n"])
    func theEndingMayBeLong(_ ending: String) throws {
        for pieces in [1, 3, 1000] {
            let read = try lines("250-mx a\(ending)250\(ending)\(ending)", pieces: pieces)
            #expect(read == ["250-mx a", "250", ""])
        }
    }

    @Test(arguments: [2047, 2048, 2049, 2050, 5000], ["\r\n", "\n", ""])
    func boundsALine(length: Int, ending: String) {
        let text = "250 " + String(repeating: "x", count: length - 4) + ending
        let result = Result { () throws(SMTPProtocolError) in try lines(text, pieces: 512) }
        if length <= 2048 || (ending.isEmpty && length < 2050) {
            #expect((try? result.get())?.count == (ending.isEmpty ? 0 : 1))
        } else {
            #expect(throws: SMTPProtocolError("the host sent a line of more than 2048 bytes")) { try result.get() }
        }
    }

    @Test func boundsTheWhole() {
        let line = "250-" + String(repeating: "x", count: 1000) + "\r\n"
        #expect(throws: SMTPProtocolError("the host sent more than 65536 bytes")) {
            try lines(String(repeating: line, count: 70), pieces: 4096)
        }
    }

    @Test func showsWhatIsUnfinished() throws {
        var codec = SMTPLineCodec()
        try codec.append(ByteBuffer(string: "220 go\r\nHTTP/1.1"))
        _ = try codec.next()
        #expect(codec.unfinished(limit: 4) == Array("HTTP".utf8))
        #expect(codec.unfinished(limit: 64) == Array("HTTP/1.1".utf8))
    }

    @Test func knowsWhatIsLeft() throws {
        var codec = SMTPLineCodec()
        #expect(codec.isEmpty)
        try codec.append(ByteBuffer(string: "220 go\r\n2"))
        _ = try codec.next()
        #expect(!codec.isEmpty)
    }
}
