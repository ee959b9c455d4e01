import Certificates
import DANE

extension FuzzTarget {
    /// Domain names: the bytes as text, as text with U-labels, and as wire form.
    static let domainNames = FuzzTarget("domain-names") { bytes in
        let text = bytes.text
        if let name = DomainName(text) {
            try check(name)
            try require(DomainName(text.uppercased()) == name, "\(text) depends on its case")
            if !text.hasSuffix(".") { try require(DomainName(text + ".") == name, "\(text) depends on its last dot") }
        }
        if let name = InternationalName.domainName(text) {
            try check(name)
            try require(InternationalName.domainName(name.text) == name || name.isRoot, "IDNA maps \(name) again")
        }
        if let name = DomainName(wire: bytes) {
            try check(name)
            try require(
                wire(of: name)
                    == bytes.enumerated().map { isLength($0.offset, bytes) ? $0.element : lowered($0.element) },
                "the wire form of \(name) is another")
        }
    }

    private static func check(_ name: DomainName) throws {
        try require(name.isRoot == name.labels.isEmpty, "labels of the root")
        try requireLine(name.description, atMost: 253, "a name")
        try require(name.isRoot || DomainName(name.text) == name, "\(name) reads as another name")
        try require(DomainName(name.description) == name, "\(name) reads as another name")
        try require(name.labels.allSatisfy { (1...63).contains($0.utf8.count) }, "the length of a label of \(name)")
        try require(DomainName(wire: wire(of: name)) == name, "\(name) has another wire form")
        var ancestors = 0
        var ancestor = name.parent
        while let next = ancestor {
            ancestors += 1
            ancestor = next.parent
        }
        try require(ancestors == name.labels.count, "\(name) has \(ancestors) ancestors")
        if let owner = name.tlsaOwner(port: 25) {
            try require(owner.labels.prefix(2) == ["_25", "_tcp"], "the TLSA owner \(owner)")
            try require(owner.parent?.parent == name, "the TLSA owner \(owner) of \(name)")
        } else {
            try require(name.text.utf8.count > 253 - 9, "\(name) has no TLSA owner")
        }
    }

    /// RFC 1035 §3.1, written a second time.
    private static func wire(of name: DomainName) -> [UInt8] {
        name.labels.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    }

    private static func isLength(_ offset: Int, _ wire: [UInt8]) -> Bool {
        var place = 0
        while place < offset { place += Int(wire[place]) + 1 }
        return place == offset
    }

    private static func lowered(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte + 0x20 : byte }
}
