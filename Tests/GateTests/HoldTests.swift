import DANE
import Foundation
import RuleMarks
import Testing
import WorldServers

@testable import Gate

/// What an administrator holds back: how it is written, what it covers, and the file.
@Suite struct HoldTests {
    @Test(arguments: [
        ("dead.example", "dead.example"), ("DEAD.example.", "dead.example"), (".dead.example", "dead.example"),
        ("192.0.2.0/24", "192.0.2.0/24"), ("192.0.2.7/24", "192.0.2.0/24"), ("2001:DB8::/56", "2001:db8::/56"),
        ("192.0.2.7", "192.0.2.7/32"), ("bücher.example", "xn--bcher-kva.example"), ("0.0.0.0/0", nil), ("::/0", nil),
        (".", nil), ("", nil), ("a b", nil), ("a@dead.example", nil), ("..example", nil), ("192.0.2.0/33", nil),
        ("dead.example\n", nil), ("*", nil),
    ])
    func aZoneOrAPrefixIsRead(text: String, meant: String?) {
        #expect(Hold.Subject(text)?.description == meant)
    }

    @Test(
        .rules("F-132"),
        arguments: [
            ("dead.example", "dead.example"), ("a.dead.example", "dead.example"),
            ("a.b.c.dead.example", "dead.example"),
            ("undead.example", nil), ("example", nil), ("deep.live.example", "deep.live.example"),
            ("x.deep.live.example", "deep.live.example"), ("live.example", nil), ("over.example", nil),
        ])
    func aZoneIsHeldWithAllBelowIt(name: String, hold: String?) throws {
        let table = HoldTable(
            try [("dead.example", 200), ("deep.live.example", 200), ("over.example", 100)].map {
                Hold(try #require(Hold.Subject($0)), until: $1, by: "me")
            })
        #expect(table.hold(on: try #require(DomainName(name)), at: 150)?.subject.description == hold)
        #expect(table.hold(on: try #require(DomainName(name)), at: 200) == nil, "it has ended")
    }

    @Test(arguments: [("192.0.2.255", true), ("192.0.3.0", false), ("2001:db8:0:1::1", true), ("2001:db8:1::", false)])
    func aPrefixIsHeld(address: String, isHeld: Bool) throws {
        let table = HoldTable(
            try ["192.0.2.0/24", "2001:db8::/56"].map { Hold(try #require(Hold.Subject($0)), until: 200, by: "me") })
        #expect((table.hold(on: try #require(IPAddress(address)), at: 100) != nil) == isHeld)
    }

    @Test(arguments: [
        "", "200 dead.example me\n", "200 dead.example somebody else\n300 192.0.2.0/24 -\n",
    ])
    func theTextOfAFileIsReadAsItWasWritten(text: String) throws {
        #expect(try #require(HoldTable(text: text)).text == text)
    }

    @Test(arguments: [
        "nonsense\n", "200 dead.example\n", "x dead.example me\n", "-1 dead.example me\n", "200 a@b me\n",
        "200 dead.example me\n\0\n", String(repeating: "200 dead.example me\n", count: HoldTable.limit + 1),
    ])
    func aFileThatIsNotOursIsNotTaken(text: String) { #expect(HoldTable(text: text) == nil) }

    /// Of several commands at once, none loses what another has written. A file that another program has put there is
    /// not changed.
    @Test func manyCommandsAtOnceLoseNothing() async throws {
        let directory = try ScratchDirectory("holds")
        let file = HoldFile(directory: directory.path)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<40 {
                let subject = try #require(Hold.Subject("d\(number).example"))
                group.addTask { try file.change(at: 100) { $0 + [Hold(subject, until: 200, by: "me")] } }
            }
            try await group.waitForAll()
        }
        #expect(try file.read().all.count == 40)
        try file.change(at: 200) { $0 }
        #expect(try file.read().all.isEmpty, "they have ended")
        try Data("nonsense\n".utf8).write(to: URL(fileURLWithPath: file.path))
        #expect(throws: HoldFileError.self) { try file.change(at: 100) { $0 } }
        #expect(throws: HoldFileError.self) { try file.read() }
        #expect(try String(contentsOfFile: file.path, encoding: .utf8) == "nonsense\n")
    }
}
