import World
import WorldHosts

extension DrawnChain {
    /// Names of all nine forms (RFC 5280 §4.2.1.6), as a server's or a CA's certificate may have them beside others.
    mutating func anyName(_ chance: inout Chance) -> FreeCertificate.GeneralName {
        let domain = "c\(number).draw.example"
        switch chance.below(12) {
        case 0: return .mailbox(chance.pick([("post@\(host)", 3), ("Post@\(domain)", 2), ("post", 1), ("@", 1)]))
        case 1:
            return .dns(
                chance.pick([(host, 2), ("www.\(domain)", 2), ("*.\(domain)", 2), ("other.example", 1), ("", 1)]))
        case 2: return .x400
        case 3: return .directory([[.organization("Drawn Servers")], [.commonName("x\(number)")]])
        case 4: return .edi
        case 5, 6:
            if chance.oneIn(4) {
                marks.insert(.hasOddURI)
                return .uri(
                    chance.pick([
                        ("https://user@\(host)/", 1), ("https://192.0.2.1/", 1), ("https://\(host)?a", 1),
                        ("https://[2001:db8::1]/", 1),
                    ]))
            }
            return .uri(
                chance.pick([
                    ("https://\(host)/path", 3), ("ldap://\(domain):389/", 2), ("urn:x:y", 1), ("http://\(domain)", 1),
                    ("http:///", 1),
                ]))
        case 7: return .address([192, 0, 2, UInt8(chance.below(256))])
        case 8: return .address([0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [1])
        case 9: return .registered("1.2.3.4.5")
        case 10: return .otherName(type: "1.2.3.4", value: [0x0C, 1, 0x78])
        default:
            marks.insert(.hasInternationalMailbox)
            return .international("p\u{F6}st@b\u{FC}cher.example")
        }
    }

    /// A constraint that is about names of this chain in most cases, and holds them or not.
    mutating func anyConstraint(_ chance: inout Chance) -> FreeCertificate.Subtree {
        var subtree = FreeCertificate.Subtree(anyBase(&chance))
        if chance.oneIn(20) { subtree.minimum = UInt8(chance.below(2)) }
        if chance.oneIn(30) { subtree.maximum = UInt8(chance.below(3)) }
        return subtree
    }

    private mutating func anyBase(_ chance: inout Chance) -> FreeCertificate.GeneralName {
        let domain = "c\(number).draw.example"
        switch chance.below(16) {
        case 0, 1, 2, 3:
            return .dns(
                chance.pick([
                    (domain, 4), ("draw.example", 4), (host, 2), ("DRAW.Example", 3), (host.uppercased(), 1),
                    (".\(domain)", 2), ("other.example", 3), ("", 1), ("aw.example", 1), (".", 1), ("a.\(host)", 1),
                ]))
        case 4, 5, 6, 7:
            return .directory(
                chance.pick([
                    ([[.organization("Drawn Servers")]], 4), ([[.organization("DRAWN  servers", tag: 0x13)]], 3),
                    ([[.organization("Drawn Org")]], 3), ([], 1), ([[.organization("Nobody")]], 2),
                    ([[.organization("Drawn Servers"), .commonName("x")]], 1),
                    ([[.organization("Drawn Servers", tag: 0x1E)], [.commonName(host, tag: 0x13)]], 2),
                ]))
        case 8:
            return .mailbox(
                chance.pick([
                    (host, 3), (".\(domain)", 3), ("post@\(host)", 2), ("@\(host)", 1), (domain.uppercased(), 2),
                    ("", 1),
                    ("xn--bcher-kva.example", 1), (".example", 2), ("admin@\(host)", 1),
                ]))
        case 9, 10:
            return .uri(
                chance.pick([
                    (host, 3), (".\(domain)", 3), (domain, 2), (".DRAW.example", 2), ("other.example", 2), ("", 1),
                ]))
        case 11:
            return .address(
                chance.pick([
                    ([192, 0, 2, 0, 255, 255, 255, 0], 3), ([192, 0, 2, 0, 255, 255, 255, 128], 2),
                    ([0, 0, 0, 0, 0, 0, 0, 0], 1), ([10, 0, 0, 0, 255, 0, 0, 0], 2), ([192, 0, 2], 1),
                    (
                        [0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 12) + [255, 255, 255, 255]
                            + [UInt8](repeating: 0, count: 12), 3
                    ),
                ]))
        case 12: return chance.oneIn(2) ? .x400 : .edi
        case 13: return .registered("1.2.3")
        case 14: return .otherName(type: chance.oneIn(2) ? "1.2.3.4" : "1.2.3.5", value: [0x0C, 1, 0x78])
        default: return .international("a@b\u{FC}cher.example")
        }
    }

    /// The same name by RFC 5280 §7.1, written in another way.
    static func respelt(_ name: FreeCertificate.Name, _ chance: inout Chance) -> FreeCertificate.Name {
        name.map { relative in
            relative.map { attribute in
                var text = String(decoding: attribute.value, as: UTF8.self)
                if attribute.tag == 0x1E { text = String(decoding: Self.units(attribute.value), as: UTF16.self) }
                switch chance.below(5) {
                case 0: text = text.uppercased()
                case 1: text = text.lowercased()
                case 2: text = "  " + text.split(separator: " ").joined(separator: "   ") + " "
                case 3: text = text.split(separator: " ").joined(separator: "\t")
                default: break
                }
                return .init(
                    attribute.type, text,
                    tag: chance.pick([(0x0C, 3), (0x13, 4), (0x14, 2), (0x16, 1), (0x1E, 3)]))
            }
        }
    }

    private static func units(_ bytes: [UInt8]) -> [UInt16] {
        stride(from: 0, to: bytes.count - 1, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
    }
}
