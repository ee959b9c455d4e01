import DANE
import RuleMarks
import Testing
import World

@testable import DNSSEC

/// Records that are odd, and those that are none.
private enum OddZones {
    static let zones = [
        Zone("odd.example", records: odd + (1...120).map { "many A 127.0.1.\($0)" })
    ]

    static let odd = [
        "null MX 0 .", "bytes MX 5 a\\@b\\.c\\000", "mixed MX 10 MX.Odd", "alias CNAME a\\@b", "a\\@b A 127.0.0.1",
        "t0 TYPE52 \\# 0", "t1 TYPE52 \\# 1 03", "t2 TYPE52 \\# 2 0301", "t3 TYPE52 \\# 3 030101",
        "set TLSA 3 1 1 \(String(repeating: "ab", count: 32))", "set TYPE52 \\# 1 02", "set TLSA 3 1 9 00",
    ]
}

/// Records as they come off the wire: ordinary, odd and malformed.
@Suite(.names(OddZones.zones), .timeLimit(.minutes(1)))
struct RecordTests {
    @Test(arguments: [
        ("null", [MXRecord(preference: 0, exchange: .null)]),
        ("bytes", [MXRecord(preference: 5, exchange: .malformed("a@b\\.c\\000.odd.example"))]),
        ("mixed", [MXRecord(preference: 10, exchange: .host(DomainName("mx.odd.odd.example")!))]),
    ])
    func mx(_ label: String, _ expected: [MXRecord]) async throws {
        let answer = try await NameServers.current.resolver().mx(Self.name(label))
        guard case .secure(let found) = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(found.records == expected)
        #expect(found.existence == .records)
        #expect(found.ttl > .seconds(200) && found.ttl <= .seconds(300))
    }

    @Test(.rules("T-05"), arguments: [("t1", [[3]]), ("t2", [[3, 1]]), ("t3", [[3, 1, 1]])] as [(String, [[UInt8]])])
    func malformedTLSA(_ label: String, _ rdata: [[UInt8]]) async throws {
        guard case .secure(let found) = await (try NameServers.current.resolver()).tlsa(try Self.name(label)) else {
            Issue.record("not secure")
            return
        }
        #expect(found.records == rdata.map { TLSARecord(rdata: $0) })
    }

    /// One malformed record leaves the others alone.
    @Test(.rules("T-05")) func mixedTLSA() async throws {
        guard case .secure(let found) = await (try NameServers.current.resolver()).tlsa(try Self.name("set")) else {
            Issue.record("not secure")
            return
        }
        #expect(found.records.count == 3)
        #expect(found.records.filter(\.usability.isUsable).count == 1)
        #expect(found.records.contains { $0.isTruncated && $0.data == [2] })
    }

    /// libunbound 1.17.1 does not hand over records without RDATA.
    @Test(.rules("D-06")) func emptyTLSA() async throws {
        guard case .failed(let reason) = await (try NameServers.current.resolver()).tlsa(try Self.name("t0")) else {
            Issue.record("not failed")
            return
        }
        #expect(reason.description.contains("without data") && !reason.isOurs)
    }

    @Test func largeAnswersAreWhole() async throws {
        guard case .secure(let found) = await (try NameServers.current.resolver()).ipv4(try Self.name("many")) else {
            Issue.record("not secure")
            return
        }
        #expect(found.records.count == 120)
    }

    @Test func aliasThatIsNoHostName() async throws {
        let resolver = try NameServers.current.resolver()
        for answer in [
            await resolver.cname(try Self.name("alias")).outline, await resolver.ipv4(try Self.name("alias")).outline,
        ] {
            #expect(answer.contains("failed") && answer.contains("no host name"), "\(answer)")
        }
    }

    @Test(
        arguments: [
            ([], "\\# 0 ", UInt16.max), ([0, 10], "\\# 2 000a", .max), ([0, 10, 1], "\\# 3 000a01", 10),
            ([0, 10, 1, 97], "\\# 4 000a0161", 10), ([0, 10, 64, 97, 0], "\\# 5 000a406100", 10),
            ([0, 10, 1, 97, 0, 0], "\\# 6 000a01610000", 10), ([0, 10, 0xC0, 12], "\\# 4 000ac00c", 10),
            ([0, 10, 2, 97, 32, 0], "a\\032", 10), ([0, 10, 1, 0xFF, 1, 0x5C, 0], "\\255.\\\\", 10),
        ] as [([UInt8], String, UInt16)])
    func malformedMX(_ rdata: [UInt8], _ text: String, _ preference: UInt16) {
        #expect(MXRecord(rdata: rdata) == MXRecord(preference: preference, exchange: .malformed(text)))
    }

    @Test func anyRDATAIsRead() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            let rdata = (0..<Int.random(in: 0..<40)).map { _ in UInt8.random(in: 0...255, using: &generator) & 0x47 }
            if case .malformed(let text) = MXRecord(rdata: rdata).exchange {
                #expect(text.utf8.count <= 300 && text.utf8.allSatisfy { 0x20...0x7E ~= $0 })
            }
        }
        #expect(WireText.unknown([UInt8](repeating: 7, count: 60_000)).utf8.count == 300)
        #expect(WireText.printable("a\r\n\u{7F}b".utf8) == "a???b")
    }

    private static func name(_ label: String) throws -> DomainName {
        try #require(DomainName("\(label).odd.example"))
    }
}

extension Answer {
    fileprivate var outline: String { String(describing: self) }
}
