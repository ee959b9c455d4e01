import World
import WorldHosts

extension DrawnChain {
    /// Spoils one thing: in most places a path does not survive it.
    mutating func spoil(_ chance: inout Chance) {
        let depth = chance.below(certificates.count)
        let isLast = depth == certificates.count - 1
        switch chance.below(17) {
        case 0, 1:
            let times: [(String, (Int64, Int64))] = [
                ("expired", (-86_400 * 30, -86_400)), ("not yet valid", (86_400, 86_400 * 30)),
                ("from this second on", (0, 86_400)), ("until a second ago", (-86_400, -1)),
            ]
            let (word, range) = times[chance.below(times.count)]
            let validity = Self.validity(range.0, range.1)
            certificates[depth].validity = (DER.time(validity.notBefore), DER.time(validity.notAfter))
            note(depth, word)
        case 2: spoilDates(depth, &chance)
        case 3:
            certificates[depth].isForged = true
            note(depth, "forged")
        case 4:
            // ecdsa-with-SHA512 where another one was used.
            certificates[depth].innerAlgorithm = DER.sequence(DER.identifier("1.2.840.10045.4.3.4"))
            note(depth, "two signature algorithms")
        case 5:
            certificates[depth].isBySHA1 = true
            marks.insert(.isBySHA1)
            note(depth, "by SHA-1")
        case 6:
            keys[depth] = ChainKeys.offsets(.rsa896).lowerBound
            note(depth, "a weak key")
        case 7:
            certificates[depth].extensions.append(.unknown(critical: true))
            note(depth, "an unknown critical extension")
        case 8:
            guard let more = certificates[depth].extensions.first else { return }
            certificates[depth].extensions.append(more)
            if depth == 0 { marks.insert(.hasMalformedLeaf) }
            note(depth, "an extension twice (\(more.identifier))")
        case 9: spoilExtension(depth, &chance)
        case 10:
            guard !isLast else { return }
            replace(depth, .authorityKey(Self.identifier(0x7F)))
            note(depth, "another authority key")
        case 11:
            guard !isLast else { return }
            let isSerial = chance.oneIn(2)
            replace(
                depth,
                .authorityKey(
                    nil, issuer: isSerial ? nil : [[.commonName("Nobody")]], serialNumber: isSerial ? [0x11] : nil))
            note(depth, "another authority \(isSerial ? "serial number" : "issuer")")
        case 12:
            guard !isLast else { return }
            var name = certificates[depth + 1].subject
            name[name.count - 1][0].value[0] ^= 0x01
            certificates[depth].issuer = name
            note(depth, "another issuer")
        case 13:
            guard certificates.count > 2 else { return }
            let above = 2 + chance.below(certificates.count - 2)
            replace(above, .basicConstraints(pathLength: chance.below(above - 1)))
            note(above, "a path length too short")
        case 14:
            replace(depth, .purposes(chance.oneIn(2) ? "1.3.6.1.5.5.7.3.2" : "2.5.29.37.0"))
            note(depth, "for clients or anything")
        case 15:
            if depth == 0 {
                replace(0, .keyUsage(chance.oneIn(2) ? 0x06 : 0x40))
            } else if chance.oneIn(2) {
                replace(depth, .keyUsage(0xA0))
            } else {
                replace(depth, .basicConstraints(isCA: false))
            }
            note(depth, "key usage or basic constraints of another")
        default:
            certificates[0].extensions.removeAll { $0.identifier == "2.5.29.17" }
            let name = chance.pick([
                ("mx.other.example", 2), ("*.draw.example", 1), ("*.c\(number).draw.example", 2),
                ("MX.C\(number).DRAW.EXAMPLE", 1), ("m*.c\(number).draw.example", 1),
            ])
            if chance.oneIn(3) {
                certificates[0].subject[certificates[0].subject.count - 1] = [.commonName(name)]
            } else {
                certificates[0].extensions.append(.alternativeNames([.dns(name)]))
            }
            note(0, "named \(name)")
        }
    }

    private mutating func note(_ depth: Int, _ word: String) { words.append("\(depth): \(word)") }

    private mutating func replace(_ depth: Int, _ more: FreeCertificate.Extension) {
        certificates[depth].extensions.removeAll { $0.identifier == more.identifier }
        certificates[depth].extensions.append(more)
    }

    /// Dates that ASN.1 knows and RFC 5280 does not, or that there are not.
    private mutating func spoilDates(_ depth: Int, _ chance: inout Chance) {
        let texts = [
            (UInt8(0x17), "2512010000Z"), (0x17, "251201000000"), (0x17, "251201000000+0000"),
            (0x18, "20251201000000.5Z"),
            (0x18, "20251201000000"), (0x17, "251301000000Z"), (0x17, "250229000000Z"), (0x17, "251201240000Z"),
            (0x17, ""), (0x18, "20251201000000Z"),
        ]
        let (tag, text) = texts[chance.below(texts.count)]
        certificates[depth].validity.notBefore = DER.value(tag, Array(text.utf8))
        note(depth, "begins on \(text)")
    }

    /// An extension that is not what it should be.
    private mutating func spoilExtension(_ depth: Int, _ chance: inout Chance) {
        let values: [[UInt8]] = [[], DER.null, [0x30, 0x05], DER.sequence(DER.null), DER.bits([0], unused: 0)]
        let identifiers = [
            "2.5.29.19", "2.5.29.15", "2.5.29.37", "2.5.29.17", "2.5.29.30", "2.5.29.14", "2.5.29.35",
            "2.16.840.1.113730.1.1", "2.5.29.31", "2.5.29.32", "2.5.29.36", "2.5.29.54", "2.5.29.33",
            "1.3.6.1.5.5.7.1.14",
        ]
        let identifier = identifiers[chance.below(identifiers.count)]
        replace(depth, .init(identifier, critical: chance.oneIn(2), values[chance.below(values.count)]))
        if depth == 0 { marks.insert(.hasMalformedLeaf) }
        note(depth, "a malformed extension (\(identifier))")
    }
}
