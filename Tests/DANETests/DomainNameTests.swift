import DANE
import RuleMarks
import Testing

@Suite struct DomainNameTests {
    private static let label63 = String(repeating: "a", count: 63)
    /// 253 bytes: three labels of 63 and one of 61.
    private static let name253 = "\(label63).\(label63).\(label63).\(String(repeating: "b", count: 61))"

    @Test(
        .rules("T-12", "I-05"),
        arguments: [
            ("example.com", "example.com"), ("EXAMPLE.Com", "example.com"), ("example.com.", "example.com"),
            ("com", "com"), ("a", "a"), (".", ""), ("_25._tcp.mx.example", "_25._tcp.mx.example"),
            ("mx_1.example", "mx_1.example"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"), ("-a-.example", "-a-.example"),
            ("192.0.2.1", "192.0.2.1"),
            (label63, label63), (name253, name253), (name253 + ".", name253),
        ])
    func names(_ text: String, _ expected: String) {
        #expect(DomainName(text)?.text == expected)
        #expect(Self.written(expected) == DomainName(text))
        if text != expected { #expect(Self.written(text) == nil) }
    }

    /// The name that was written down as that.
    private static func written(_ text: String) -> DomainName? {
        Array(text.utf8).withUnsafeBytes { DomainName(canonical: $0) }
    }

    @Test(
        .rules("T-12"),
        arguments: [
            "", "..", ".a", "a..b", "a..", "a b", " a", "a ", "a\n", "a\0", "a\0b", "\0", "*.example.com", "a/b", "a@b",
            "a\\.b",
            "bücher.example", "ａ.example", "a。b", "\u{130}.example", "\u{212A}.example", "[192.0.2.1]", "2001:db8::1",
            label63 + "a", name253 + "b", name253 + "b.", name253 + "..", String(repeating: "a.", count: 127) + "aa",
            String(repeating: ".", count: 256), String(repeating: "a", count: 1_000_000),
        ])
    func noNames(_ text: String) {
        #expect(DomainName(text) == nil)
        // The root is written so.
        #expect(Self.written(text) == (text.isEmpty ? .root : nil))
    }

    @Test func theLongestNameOfShortLabels() {
        let text = String(repeating: "a.", count: 126) + "a"
        #expect(text.utf8.count == 253)
        #expect(DomainName(text)?.labels.count == 127)
    }

    @Test(.rules("I-05")) func caseAndTrailingDotDoNotMakeADifference() {
        let names = ["mx.example.com", "MX.EXAMPLE.COM", "mx.example.com.", "Mx.Example.Com."].map { DomainName($0) }
        #expect(Set(names).count == 1)
        #expect(DomainName("mx.example.com") != DomainName("mx.example.org"))
    }

    @Test(
        arguments: [
            ("a.example.org", ["a.example.org", "example.org", "org", ""]), ("org", ["org", ""]), (".", [""]),
            ("_25._tcp.mx", ["_25._tcp.mx", "_tcp.mx", "mx", ""]),
        ] as [(String, [Substring])])
    func aWalkLeadsToTheRoot(_ text: String, _ names: [Substring]) throws {
        let name = try #require(DomainName(text))
        #expect(Array(name.selfAndParents) == names)
        #expect(Array(name.parents) == Array(names.dropFirst()))
        #expect(name.parent?.text == names.dropFirst().first.map { String($0) })
    }

    /// What is not in the form of `text` is not read as that, and what is, is read as any text.
    @Test(arguments: ["A.example", "a.examplE", "a.", ".", "a..b", "\u{E4}.example", "a b"])
    func onlyTheFormOfTheDNSIsCanonical(_ text: String) { #expect(Self.written(text) == nil) }

    @Test func substringsAreTaken() {
        #expect(DomainName("x mx.example".dropFirst(2))?.text == "mx.example")
    }

    @Test(
        arguments: [
            ([0], ""), ([1, 0x61, 0], "a"), ([1, 0x41, 1, 0x2D, 0], "a.-"),
            ([3, 0x5F, 0x32, 0x35, 1, 0x5A, 0], "_25.z"),
        ] as [([UInt8], String)])
    func wireNames(_ wire: [UInt8], _ expected: String) {
        #expect(DomainName(wire: wire)?.text == expected)
        // Slices begin elsewhere.
        #expect(DomainName(wire: ([7] + wire)[1...])?.text == expected)
    }

    @Test(
        arguments: [
            [], [1], [1, 0x61], [0, 0], [1, 0x61, 0, 0], [2, 0x61, 0], [0xC0, 0x0C], [1, 0x61, 0xC0, 0], [0x40],
            [0x80, 0],
            [1, 0x2E, 0], [3, 0x61, 0x2E, 0x62, 0], [1, 0, 0], [1, 0x20, 0], [1, 0xFC, 0], [1, 0x2A, 0], [255],
        ] as [[UInt8]])
    func noWireNames(_ wire: [UInt8]) {
        #expect(DomainName(wire: wire) == nil)
    }

    @Test func wireNamesOfTheLongestKind() throws {
        func wire(_ lengths: [Int]) -> [UInt8] {
            lengths.flatMap { [UInt8($0)] + [UInt8](repeating: 0x61, count: $0) } + [0]
        }
        #expect(wire([63, 63, 63, 61]).count == 255)
        #expect(DomainName(wire: wire([63, 63, 63, 61]))?.text.utf8.count == 253)
        #expect(DomainName(wire: wire([63, 63, 63, 62])) == nil)
        #expect(DomainName(wire: wire([63, 63, 63, 63])) == nil)
        #expect(DomainName(wire: wire([64])) == nil)
        #expect(DomainName(wire: wire([Int](repeating: 1, count: 127)))?.labels.count == 127)
        #expect(DomainName(wire: wire([Int](repeating: 1, count: 128))) == nil)
        #expect(DomainName(wire: wire([Int](repeating: 1, count: 10_000))) == nil)
    }

    @Test func familyAndText() {
        let name = DomainName("mx.example.com")
        #expect(name?.labels == ["mx", "example", "com"])
        #expect(name?.parent == DomainName("example.com"))
        #expect(name?.parent?.parent?.parent == .root)
        #expect(name?.parent?.parent?.parent?.parent == nil)
        #expect(name?.description == "mx.example.com")
        #expect(name?.isRoot == false)
        #expect(DomainName.root.isRoot)
        #expect(DomainName.root == DomainName("."))
        #expect(DomainName.root.labels.isEmpty)
        #expect(DomainName.root.description == ".")
    }

    @Test(
        .rules("T-12"),
        arguments: [
            ("mx.example.com", 25, "_25._tcp.mx.example.com"), ("mx.example.com", 65535, "_65535._tcp.mx.example.com"),
            ("mx.example.com", 0, "_0._tcp.mx.example.com"),
            (String(name253.dropFirst(9)), 25, "_25._tcp.\(name253.dropFirst(9))"),
            (String(name253.dropFirst(8)), 25, nil), (name253, 25, nil),
        ] as [(String, UInt16, String?)])
    func tlsaOwners(_ name: String, _ port: UInt16, _ expected: String?) {
        #expect(DomainName(name)?.tlsaOwner(port: port)?.text == expected)
    }

    @Test(
        .rules("D-21"),
        arguments: [
            ("192.0.2.1", true), ("192.0.2.1.", true), ("0.0.0.0", true), ("255.255.255.255", true),
            ("192.0.2.example", false),
            ("192.0.2", false), ("256.0.2.1", false), ("mx.example", false), ("1.2.3.4.5", false), (".", false),
        ])
    func addresses(_ text: String, _ isAddress: Bool) {
        #expect(DomainName(text)?.looksLikeAddress == isAddress)
    }
}
