import Foundation
import World
import WorldHosts

extension DrawnChain {
    /// Draws a chain. In most of them all is in order but for what is odd and does no harm: otherwise next to none
    /// would authenticate, and little would be compared.
    init(number: Int, _ chance: inout Chance) {
        let length = chance.oneIn(60) ? 10 + chance.below(5) : chance.pick([(1, 1), (2, 8), (3, 8), (4, 4), (5, 2)])
        self.number = number
        certificates = []
        keys = []
        records = []
        sent = Array(0..<length)
        for depth in 0..<length {
            certificates.append(Self.sound(number, depth, length: length, &chance))
            var key = Self.key(&chance)
            // A record about a key is about one certificate, but in long chains.
            while length < 7, keys.contains(key) { key = Self.key(&chance) }
            keys.append(key)
        }
        identify(&chance)
        for _ in 0..<chance.pick([(0, 2), (1, 4), (2, 4), (3, 3), (5, 2)]) { makeOdd(&chance) }
        for _ in 0..<chance.pick([(0, 6), (1, 5), (2, 1)]) { spoil(&chance) }
        if certificates.count > 2, chance.oneIn(4) {
            for place in (2..<sent.count).reversed() { sent.swapAt(place, 1 + chance.below(place)) }
        }
        drawRecords(&chance)
        if certificates.count > 11 { marks.insert(.isLong) }
    }

    private static func key(_ chance: inout Chance) -> Int {
        let kind = chance.pick([
            (CertificateKeyKind.p256, 20), (.p384, 3), (.ed25519, 3), (.rsa2048, 2), (.rsa1024, 1),
        ])
        let offsets = ChainKeys.offsets(kind.algorithm)
        return offsets.lowerBound + chance.below(offsets.count)
    }

    /// The kinds of key that are drawn; weak ones are a spoil.
    private enum CertificateKeyKind {
        case p256, p384, ed25519, rsa2048, rsa1024

        var algorithm: CertificateKey.Algorithm {
            switch self {
            case .p256: .p256
            case .p384: .p384
            case .ed25519: .ed25519
            case .rsa2048: .rsa2048
            case .rsa1024: .rsa1024
            }
        }
    }

    /// A certificate in which everything is in order.
    private static func sound(
        _ number: Int, _ depth: Int, length: Int, _ chance: inout Chance
    ) -> FreeCertificate {
        let host = "mx.c\(number).draw.example"
        let name: FreeCertificate.Name =
            depth == 0
            ? [[.organization("Drawn Servers")], [.commonName(chance.oneIn(2) ? host : "server \(number)")]]
            : [[.organization("Drawn Org")], [.commonName("Drawn CA \(depth) of \(number)")]]
        var certificate = FreeCertificate(
            name, validity: validity(-86_400, 86_400 * 365), serialNumber: [0x40, UInt8(depth), UInt8(number & 0x7F)])
        if depth == 0 {
            if !chance.oneIn(12) { certificate.extensions.append(.alternativeNames([.dns(host)])) }
            if !chance.oneIn(3) {
                certificate.extensions.append(.keyUsage(chance.pick([(0x80, 4), (0xA0, 4), (0x20, 1), (0x08, 1)])))
            }
            if chance.oneIn(2) { certificate.extensions.append(.purposes("1.3.6.1.5.5.7.3.1")) }
            if chance.oneIn(3) {
                certificate.extensions.append(.basicConstraints(isCA: false, critical: chance.oneIn(2)))
            }
        } else {
            let bound = chance.oneIn(4) ? depth - 1 + chance.below(3) : nil
            certificate.extensions.append(.basicConstraints(pathLength: bound, critical: !chance.oneIn(5)))
            if !chance.oneIn(4) { certificate.extensions.append(.keyUsage(chance.oneIn(2) ? 0x06 : 0x86)) }
        }
        return certificate
    }

    static func validity(_ from: Int64, _ until: Int64) -> Validity {
        Validity(
            from: .init(timeIntervalSince1970: Double(date + from)),
            until: .init(timeIntervalSince1970: Double(date + until)))
    }

    /// A key identifier; it need not be a digest (RFC 5280 §4.2.1.2).
    static func identifier(_ key: Int) -> [UInt8] { [UInt8(key)] + [UInt8](repeating: 0x4B, count: 19) }

    /// Key identifiers, in most certificates.
    private mutating func identify(_ chance: inout Chance) {
        for depth in certificates.indices where !chance.oneIn(5) {
            let above = min(depth + 1, certificates.count - 1)
            if depth > 0 { certificates[depth].extensions.append(.subjectKey(Self.identifier(keys[depth]))) }
            guard depth < above else { continue }
            switch chance.below(6) {
            case 0: break
            case 1:
                let issuer = certificates[min(above + 1, certificates.count - 1)].subject
                certificates[depth].extensions.append(
                    .authorityKey(nil, issuer: issuer, serialNumber: certificates[above].serialNumber))
                words.append("\(depth): authority by issuer and serial number")
            default: certificates[depth].extensions.append(.authorityKey(Self.identifier(keys[above])))
            }
        }
    }

    private mutating func drawRecords(_ chance: inout Chance) {
        let last = certificates.count - 1
        for _ in 0..<chance.pick([(1, 6), (2, 2), (3, 1)]) {
            let depth = last > 0 && !chance.oneIn(12) ? 1 + chance.below(last) : 0
            var record = Record(
                usage: chance.oneIn(25) ? 3 : 2, selector: UInt8(chance.below(2)),
                matching: chance.pick([(0, 3), (1, 5), (2, 2)]), depth: depth)
            if record.usage == 3, !chance.oneIn(3) { record.isWrong = true }
            if chance.oneIn(15) { record.isWrong = true }
            records.append(record)
        }
        // RFC 7671 §5.2.2: only Full(0) gives an anchor that is not sent.
        if last > 0, chance.oneIn(records[0].matching == 0 ? 2 : 12) {
            let depth = records[0].depth
            sent.removeAll { $0 > 0 && $0 >= depth }
            if !sent.contains(0) { sent.insert(0, at: 0) }
            words.append("nothing sent from depth \(depth) on")
        }
    }
}
