import RESP
import Testing

@testable import Store

@Suite("The first words with a store, and what it tells")
struct StoreGreetingTests {
    private func words(_ greeting: StoreGreeting) -> [String] {
        greeting.commands.map { $0.words.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ") }
    }

    @Test func saysWhoWeAreAndWhatWeWant() {
        var options = StoreOptions()
        #expect(words(StoreGreeting(nil, database: 0, options)) == ["HELLO 3 SETNAME danegate"])
        options.tracked = ["a:", "b:"]
        let user = StoreCredentials(user: "danegate", password: "geheim")
        #expect(
            words(StoreGreeting(user, database: 3, options)) == [
                "HELLO 3 AUTH danegate geheim SETNAME danegate", "SELECT 3",
                "CLIENT TRACKING ON BCAST PREFIX a: PREFIX b: NOLOOP",
            ])
    }

    static let pushes: [(push: [RESPValue], event: StoreEvent?)] = [
        ([.bulk(Array("invalidate".utf8)), .array([.bulk([0x61])])], .invalidated([[0x61]])),
        ([.bulk(Array("invalidate".utf8)), .array([.bulk([0x61]), .integer(1)])], .invalidated([[0x61]])),
        ([.bulk(Array("invalidate".utf8)), .array([])], .invalidated([])),
        ([.bulk(Array("invalidate".utf8)), .null], .flushed),
        ([.bulk(Array("invalidate".utf8)), .integer(1)], nil),
        ([.bulk(Array("invalidate".utf8))], nil),
        ([.bulk(Array("message".utf8)), .bulk([0x61])], nil),
        ([.integer(1), .null], nil),
    ]

    @Test(arguments: pushes.indices) func readsAPush(_ index: Int) {
        #expect(StoreEvent(push: Self.pushes[index].push) == Self.pushes[index].event)
    }
}
