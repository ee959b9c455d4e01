import DANE
import Inspection
import Testing

@testable import DNSSEC
@testable import Policy
@testable import Records
@testable import Support
@testable import Verdicts

/// What is on disk and which domains are in the roll-out depends on these values. They must never change; they were
/// computed by another program.
@Suite struct FNV1aTests {
    /// The first three as the draft has them (draft-eastlake-fnv, appendix C).
    @Test(
        arguments: [
            ("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8),
        ] as [(String, UInt64)])
    func publishedValues(text: String, value: UInt64) {
        #expect(FNV1a(text).value == value)
        var parts = FNV1a()
        for character in text { parts.add(String(character)) }
        #expect(parts.value == value)
        var bytes = FNV1a()
        Array(text.utf8).withUnsafeBytes { bytes.add($0) }
        #expect(bytes.value == value)
    }

    @Test(
        arguments: [
            ("example.org", 30), ("tlsa-invalid.example", 90), ("null-mx.example", 8), ("xn--bcher-kva.example", 79),
            ("a", 24), ("mail.example.co.uk", 79),
        ] as [(DomainName, Int)])
    func placesInTheRollout(domain: DomainName, place: Int) { #expect(Rulebook.place(of: domain) == place) }

    @Test(
        arguments: [
            (Destination(.domain("example.org"), port: 25), 0xb39d_ca7a_4c60_5d48),
            (Destination(.host("example.org"), port: 25), 0x050b_6cf4_8022_05cc),
            (Destination(.host("mx.example.org"), port: 587), 0x73af_2b80_039d_d41d),
        ] as [(Destination, UInt64)])
    func destinationsInTheTrace(destination: Destination, hash: UInt64) { #expect(destination.stableHash == hash) }

    @Test func sumsOfRows() {
        #expect(RowSum().stored == 1_339_080_641)
        var row = RowSum()
        row.add("example.org")
        row.add(25)
        row.add(nil as String?)
        row.add([1, 2, 3])
        #expect(row.stored == -1_878_810_625)
        var empty = RowSum()
        empty.add("")
        var null = RowSum()
        null.add(nil as String?)
        #expect(empty.stored == 1_384_112_370 && null.stored == -1_384_117_692)
    }

    @Test(arguments: [
        ("mx.example.co.uk", [0, 0, 5]), ("www.example.org", [0, 2, 4]), ("a.b.example.org.", [0, 2, 4]),
    ])
    func cachesOfNeighbourhoods(name: String, parts: [Int]) {
        #expect([2, 4, 7].map { Neighbourhood(of: name).part(of: $0) } == parts)
        #expect(Neighbourhood(of: name).part(of: 1) == 0)
    }
}
