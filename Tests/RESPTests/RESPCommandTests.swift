import NIOCore
import Testing

@testable import RESP

@Suite("Commands are written as arrays of bulk strings")
struct RESPCommandTests {
    static let commands: [(words: [[UInt8]], wire: String)] = [
        ([Array("PING".utf8)], "*1\r\n$4\r\nPING\r\n"),
        ([Array("GET".utf8), []], "*2\r\n$3\r\nGET\r\n$0\r\n\r\n"),
        ([Array("SET".utf8), Array("k".utf8), [0x0D, 0x0A, 0x24]], "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$3\r\n\r\n$\r\n"),
        ([], "*0\r\n"),
    ]

    @Test(arguments: commands.indices) func writes(_ index: Int) throws {
        let (words, wire) = Self.commands[index]
        let command = RESPCommand(words: words)
        var buffer = ByteBuffer()
        command.write(to: &buffer)
        #expect(String(buffer: buffer) == wire)
        #expect(command.size == wire.utf8.count)
        var parser = RESPParser()
        parser.append(buffer)
        #expect(try parser.next() == .array(words.map { .bulk($0) }))
    }

    /// A password that is a word of it must not come into a log.
    @Test func describesItselfWithoutItsWords() {
        let command = RESPCommand("AUTH", "danegate", "secret")
        #expect("\(command)" == "AUTH (2 words)")
        #expect(!"\([command])".contains("secret"))
    }
}
