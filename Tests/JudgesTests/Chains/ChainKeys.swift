import WorldHosts

/// The keys of a run of drawn chains.
struct ChainKeys: Sendable {
    /// How many there are of each kind, in the order of `all`.
    static let kinds: [(algorithm: CertificateKey.Algorithm, count: Int)] = [
        (.p256, 14), (.p384, 3), (.ed25519, 3), (.rsa2048, 4), (.rsa1024, 1), (.rsa896, 1),
    ]

    /// Every key.
    let all: [CertificateKey]

    /// Makes them.
    init() async throws {
        var all: [CertificateKey] = []
        for (algorithm, count) in Self.kinds { all += try await CertificateKey.make(algorithm, count: count) }
        self.all = all
    }

    /// The offsets of a kind.
    static func offsets(_ kind: CertificateKey.Algorithm) -> Range<Int> {
        var start = 0
        for (algorithm, count) in kinds {
            if algorithm == kind { return start..<start + count }
            start += count
        }
        return 0..<1
    }
}
