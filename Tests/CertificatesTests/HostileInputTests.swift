import DANE
import RuleMarks
import Testing

@testable import Certificates

/// Chains and records of strangers: whatever they are, there is a judgement, and it is no better than it should be.
@Suite struct HostileInputTests {
    @Test func withoutACertificateNothingMatches() {
        let empty = Fixture.judge("", ["3 1 1 leaf", "2 0 0 i2", "2 1 0 i2", "3 1 2 leaf"])
        #expect(empty.finding == .noMatch)
        #expect(empty.reason == "the server sent no certificate")
        #expect(Fixture.judge("", ["1 1 1 leaf"]).finding == .noUsableRecords)
    }

    @Test(arguments: [
        [], [0x30], [0x30, 0x80, 0, 0], [0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF], [0x30, 0x89, 1, 1, 1, 1, 1, 1, 1, 1, 1],
        [0x30, 0x03, 0x02, 0x01, 0x00], [UInt8](repeating: 0x30, count: 70_000), [UInt8](repeating: 0, count: 1000),
    ])
    func garbageIsLeftOut(_ garbage: [UInt8]) {
        let chain = Fixture.chain("leaf i2 i1 root")
        let record = Fixture.record("2 1 1 root")
        for place in 1...4 {
            var spoilt = chain
            spoilt.insert(garbage, at: place)
            let judgement = CertificateJudgement.judge(
                chain: spoilt, records: [record], names: [Fixture.host], at: Fixture.today)
            #expect(judgement.finding == .authenticated(record: 0, depth: 3))
        }
        let headless = CertificateJudgement.judge(
            chain: [garbage] + chain, records: [record, Fixture.record("3 1 1 leaf")], names: [Fixture.host],
            at: Fixture.today)
        #expect(headless.finding == .noMatch)
        #expect(headless.reason == "the server's certificate cannot be read")
    }

    /// RFC 6698 §4.1: any record that matches suffices, wherever it stands.
    @Test(.timeLimit(.minutes(1)), .rules("T-08"), arguments: [0, 99, 100, 500, 999])
    func theOneOfAThousandRecordsIsFound(_ place: Int) {
        for (kind, good) in [("3 1 1", "3 1 1 leaf"), ("2 1 1", "2 1 1 i2"), ("2 0 2", "2 0 2 i2")] {
            var records = Self.wrong(kind, 999)
            records.insert(Fixture.record(good), at: place)
            let judgement = Self.judge(records)
            #expect(judgement.finding == .authenticated(record: place, depth: kind.hasPrefix("3") ? 0 : 1))
            #expect(judgement.records.count == 1000)
        }
        #expect(Self.judge(Self.wrong("3 1 1", 1000)).finding == .noMatch)
        #expect(!Self.judge(Self.wrong("3 1 1", 1000)).isCut, "all were looked at: a fact")
        #expect(Self.judge(Self.wrong("1 1 1", 1000)).finding == .noUsableRecords)
    }

    @Test(.timeLimit(.minutes(1))) func recordsAreBounded() {
        let limit = CertificateJudgement.maximumRecords
        let good = Fixture.record("3 1 1 leaf")
        #expect(
            Self.judge(Self.wrong("3 1 1", limit - 1) + [good]).finding == .authenticated(record: limit - 1, depth: 0))
        let beyond = Self.judge(Self.wrong("3 1 1", limit) + [good])
        #expect(beyond.finding == .noMatch)
        #expect(beyond.isCut)
        #expect(beyond.records.count == limit + 1)
        #expect(beyond.records[limit].standing == .setAside)
        // What is beyond the bound must not make a set pass for unusable, which asks for less.
        let unusable = [TLSARecord](repeating: TLSARecord(rdata: [1, 1, 1]), count: limit)
        #expect(Self.judge(unusable + [good]).finding == .noMatch)
        #expect(Self.judge(unusable + unusable).finding == .noUsableRecords)
    }

    /// RDATA of every length that a message can hold, and of the fields' kinds, alone and beside a record that matches.
    @Test(.timeLimit(.minutes(1)), .rules("T-08"), arguments: ["3 0 0", "3 1 0", "2 0 0", "2 1 0", "3 1 1", "3 1 2"])
    func recordsOfAnyLength(_ kind: String) {
        let fields = kind.split(separator: " ").compactMap { UInt8($0) }
        let good = Fixture.record("3 1 1 leaf")
        for length in Array(0...80) + [255, 256, 1000, 4095, 16_384, 65_534, 65_535] {
            let rdata = (fields + [UInt8](repeating: 0x30, count: max(0, length - 3))).prefix(length)
            let odd = TLSARecord(rdata: rdata)
            // A digest of the right length is a good record that does not match.
            let isDigest = (kind == "3 1 1" && length == 35) || (kind == "3 1 2" && length == 67)
            #expect(Self.judge([odd]).finding == (isDigest ? .noMatch : .noUsableRecords), "\(kind), \(length) bytes")
            let hidesWeaker = kind == "3 1 2" && length == 67
            #expect(
                Self.judge([odd, good]).finding == (hidesWeaker ? .noMatch : .authenticated(record: 1, depth: 0)),
                "\(kind), \(length) bytes")
        }
    }

    /// Records that match nothing, no two alike.
    private static func wrong(_ kind: String, _ count: Int) -> [TLSARecord] {
        let fields = kind.split(separator: " ").compactMap { UInt8($0) }
        return (0..<count).map { index in
            let data =
                [UInt8(index >> 8), UInt8(index & 0xFF)] + [UInt8](repeating: 7, count: fields[2] == 2 ? 62 : 30)
            return TLSARecord(usage: fields[0], selector: fields[1], matchingType: fields[2], data: data)
        }
    }

    private static func judge(_ records: [TLSARecord]) -> CertificateJudgement {
        .judge(chain: Fixture.chain("leaf i2"), records: records, names: [Fixture.host], at: Fixture.today)
    }

    /// Within the bound the list may be as long as it likes; beyond it a failure is no fact about the host.
    @Test func chainsAreBounded() {
        let limit = CertificateJudgement.maximumCertificates
        for (count, isFound) in [(limit - 2, true), (limit - 1, false)] {
            let many = [[UInt8]](repeating: Fixture.der("other-root"), count: count)
            let judgement = CertificateJudgement.judge(
                chain: Fixture.chain("leaf") + many + Fixture.chain("i2"), records: [Fixture.record("2 1 1 i2")],
                names: [Fixture.host], at: Fixture.today)
            #expect(judgement.finding == (isFound ? .authenticated(record: 0, depth: 1) : .noMatch))
            #expect(judgement.isCut != isFound)
        }
    }

    /// A hundred anchors that all have to be tried by signature.
    @Test(.timeLimit(.minutes(1))) func workIsBounded() {
        let chain = Fixture.chain("leaf i2 i2-cross i2-expired i2-impostor i1 i1-expired root root-expired other-root")
        let keys = [TLSARecord](repeating: Fixture.record("2 1 0 rsa-root"), count: 50)
        let certificates = [TLSARecord](repeating: Fixture.record("2 0 0 self-ca"), count: 50)
        // Unbounded it would take hours: the time limit is the check.
        let judgement = CertificateJudgement.judge(
            chain: chain, records: keys + certificates, names: [Fixture.host], at: Fixture.today)
        #expect(judgement.finding == .noMatch)
        #expect(judgement.isCut, "a bound of ours is no fact about the host")
    }

    /// Bits are flipped, and bytes replaced, cut out and doubled, in chains and in records. The generator begins the
    /// same every time.
    @Test(.timeLimit(.minutes(5)), arguments: 1...4 as ClosedRange<UInt64>)
    func mutationsNeverCrash(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let names = ["leaf", "i2", "i1", "root", "leaf-wildcard", "org", "narrow", "rsa-root", "leaf-rsa", "self-ca"]
        let kinds = ["2 0 0", "2 1 0", "2 0 1", "2 1 1", "3 0 0", "3 1 0", "3 1 1", "3 1 2"]
        for _ in 0..<1000 {
            var chain = Fixture.chain("leaf i2 i1 root")
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                chain.insert(
                    Fixture.der(names.randomElement(using: &generator) ?? ""),
                    at: Int.random(in: 0...chain.count, using: &generator))
            }
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let index = chain.indices.randomElement(using: &generator) ?? 0
                Self.mutate(&chain[index], &generator)
            }
            var records = (0..<Int.random(in: 1...4, using: &generator)).map { _ in
                let kind = kinds.randomElement(using: &generator) ?? ""
                return Fixture.record("\(kind) \(names.randomElement(using: &generator) ?? "")")
            }
            records.append(
                contentsOf: records.map { record in
                    var rdata = [record.usage, record.selector, record.matchingType] + record.data
                    Self.mutate(&rdata, &generator)
                    return TLSARecord(rdata: rdata)
                })
            let judgement = CertificateJudgement.judge(
                chain: chain, records: records, names: [Fixture.host], at: Fixture.today)
            #expect(judgement.records.count == records.count)
            for certificate in chain { _ = CertificateDetails(der: certificate) }
        }
    }

    private static func mutate(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
        guard !bytes.isEmpty else { return }
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 1: bytes[place] = .random(in: 0...255, using: &generator)
        case 2: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...8, using: &generator)))
        case 3: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 16)], at: place)
        default: bytes.removeLast(bytes.count - place)
        }
    }

    @Test func manyThreadsAtOnce() async {
        let table = [
            ("leaf i2 i1 root", "2 1 1 root", Fixture.today), ("leaf-expired i2", "2 1 1 i2", Fixture.today),
            ("leaf-expired i2", "2 1 1 i2", 1_600_000_000), ("leaf-other i2", "2 1 0 i1", Fixture.today),
        ]
        let expected = table.map { Fixture.judge($0.0, [$0.1], at: $0.2) }
        let agree = await withTaskGroup(of: Bool.self) { group in
            for index in 0..<400 {
                let (chain, record, date) = table[index % table.count]
                let wanted = expected[index % table.count]
                group.addTask { Fixture.judge(chain, [record], at: date) == wanted }
            }
            return await group.allSatisfy { $0 }
        }
        #expect(agree)
    }
}
