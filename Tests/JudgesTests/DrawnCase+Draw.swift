import World

extension DrawnCase {
    /// How many keys of each kind a run has; each case takes none twice.
    static let keys: [(algorithm: CertificateKey.Algorithm, count: Int)] = [
        (.p256, 6), (.p384, 6), (.ed25519, 6), (.rsa2048, 4), (.rsa3072, 2), (.rsa4096, 1),
    ]

    /// Draws a case. Most of its parts are usually in order. Otherwise hardly any case would authenticate, and little
    /// would be compared.
    init(number: Int, _ chance: inout Chance) {
        let isInternational = chance.oneIn(8)
        let domain = (isInternational ? "xn--bcher-kva." : "") + "c\(number).draw.example"
        let length = chance.pick([(1, 1), (2, 4), (3, 7), (4, 4), (5, 3)])
        var chain = Self.soundChain(length: length, &chance)
        var naming = chance.pick([
            (Naming.host, 8), (.nextHop, 3), (.wildcard, 4), (.several, 3), (.upperCase, 1), (.commonName, 3),
            (.wildcardCommonName, 1),
        ])
        var sent = Array(chain.indices)
        if length > 1, chance.oneIn(2) { sent.removeLast() }
        for _ in 0..<chance.pick([(0, 10), (1, 8), (2, 2), (3, 1)]) {
            Self.spoil(&chain, &naming, &sent, domain: domain, &chance)
        }
        if sent.count > 2, chance.oneIn(3) {
            for place in (2..<sent.count).reversed() { sent.swapAt(place, 1 + chance.below(place)) }
        }
        self.number = number
        self.domain = domain
        self.chain = chain
        self.naming = naming
        company = chance.oneIn(6) ? Self.company(length: length, &chance) : nil
        if company != nil { sent.insert(length, at: 1 + chance.below(sent.count)) }
        self.sent = sent
        records = Self.records(length: length, &chance)
    }

    /// A chain in which everything is in order.
    private static func soundChain(length: Int, _ chance: inout Chance) -> [Certificate] {
        var taken: Set<[Int]> = []
        return (0..<length).map { depth in
            var (kind, key) = (0, 0)
            repeat {
                kind = chance.pick([(0, 6), (1, 3), (2, 3), (3, 4), (4, 2), (5, 2)])
                key = chance.below(keys[kind].count)
            } while !taken.insert([kind, key]).inserted
            var certificate = Certificate(algorithm: keys[kind].algorithm, key: key, isCA: depth > 0)
            if chance.oneIn(10) { certificate.keyUsage = .absent }
            if depth == 0 {
                certificate.purpose = chance.pick([(.fitting, 12), (.absent, 2), (.any, 1)])
                return certificate
            }
            if chance.oneIn(4) { certificate.pathLength = depth - 1 + chance.below(2) }
            if chance.oneIn(10) { certificate.permitted = ["draw.example"] }
            if chance.oneIn(12) { certificate.excluded = ["other.example"] }
            if chance.oneIn(15) { certificate.purpose = .serving }
            return certificate
        }
    }

    private static func company(length: Int, _ chance: inout Chance) -> Company {
        guard length > 1, !chance.oneIn(3) else { return .stranger }
        let depth = 1 + chance.below(length - 1)
        return chance.oneIn(2) ? .impostor(depth: depth) : .twin(depth: depth)
    }

    /// Spoils one thing.
    private static func spoil(
        _ chain: inout [Certificate], _ naming: inout Naming, _ sent: inout [Int], domain: String,
        _ chance: inout Chance
    ) {
        let depth = chance.below(chain.count)
        // Of those above the server's certificate, if there are any.
        let above = chain.count > 1 ? 1 + chance.below(chain.count - 1) : nil
        switch chance.below(14) {
        case 0, 1: chain[depth].time = .expired
        case 2: chain[depth].time = .notYet
        case 3: chain[depth].isForged = true
        case 4, 5: if let above { sent.removeAll { $0 == above } }
        case 6: if let above { chain[above].pathLength = chance.below(above) }
        case 7: if let above { chain[above].permitted = [chance.oneIn(2) ? "other.example" : domain] }
        case 8: if let above { chain[above].excluded = [chance.oneIn(2) ? domain : "draw.example"] }
        case 9:
            if let above {
                chain[above].isCA = false
                chain[above].keyUsage = chance.pick([(.issuing, 2), (.absent, 2), (.serving, 1)])
                chain[above].purpose = chance.pick([(.absent, 3), (.serving, 1)])
            }
        case 10:
            // The test world's hosts show no elliptic key that may not sign.
            if depth > 0 || chain[0].algorithm.isRSA { chain[depth].keyUsage = depth > 0 ? .serving : .issuing }
        case 11: chain[depth].purpose = .client
        default:
            naming = chance.pick([
                (.other, 4), (.otherBesideCommonName, 2), (.wildcardTooHigh, 2), (.wildcardTooLow, 1),
                (.partialWildcard, 1), (.trailingDot, 1), (.unicode, 1), (.none, 1),
            ])
        }
    }

    private static func records(length: Int, _ chance: inout Chance) -> [Record] {
        // The record that is to decide, right in most cases.
        let isAnchor = length > 1 && chance.below(10) < 6
        let depth = isAnchor ? 1 + chance.below(length - 1) : 0
        var deciding = Record(
            usage: isAnchor ? 2 : 3, selector: UInt8(chance.below(2)), matching: chance.pick([(0, 2), (1, 5), (2, 2)]),
            content: .certificate(depth: depth))
        if chance.oneIn(6) { spoil(&deciding, &chance) }
        let others = chance.pick([(0, 7), (1, 4), (3, 3), (6, 3), (12, 2), (19, 1)])
        var records = [deciding]
        for _ in 0..<others {
            let usage: UInt8 = chance.pick([
                (3, 7), (2, 6), (1, 2), (0, 2), (255, 1), (UInt8(4 + chance.below(250)), 1),
            ])
            var record = Record(
                usage: usage, selector: chance.pick([(0, 8), (1, 10), (2, 1), (255, 1)]),
                matching: chance.pick([(0, 4), (1, 10), (2, 5), (3, 1), (255, 1)]),
                content: .certificate(depth: chance.below(length)))
            if !chance.oneIn(4) { spoil(&record, &chance) }
            records.insert(record, at: chance.below(records.count + 1))
        }
        return records
    }

    private static func spoil(_ record: inout Record, _ chance: inout Chance) {
        switch chance.below(20) {
        case 0..<9: record.content = .junk(chance.bytes(record.matching == 2 ? 64 : 32))
        case 9..<12: record.damage = .shorter(1 + chance.below(31))
        case 12..<14: record.damage = .longer(1 + chance.below(40))
        case 14..<17: record.damage = .lastBit
        case 17, 18: record.content = .junk(chance.bytes(1 + chance.below(200)))
        default: if chance.oneIn(12) { record.damage = .empty } else { record.content = .junk(chance.bytes(20)) }
        }
    }
}

extension CertificateKey.Algorithm {
    fileprivate var isRSA: Bool { self == .rsa2048 || self == .rsa3072 || self == .rsa4096 }
}

extension Chance {
    /// One of the values, by weight.
    mutating func pick<Value>(_ values: [(Value, Int)]) -> Value {
        var rest = below(values.reduce(0) { $0 + $1.1 })
        for (value, weight) in values {
            if rest < weight { return value }
            rest -= weight
        }
        return values[0].0
    }

    /// So many bytes.
    fileprivate mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(below(256)) } }
}
