/// Finds the ways from the server's certificate to a trust anchor among the certificates that the server sent, in
/// whatever order and company it sent them (RFC 5280 §6 begins with such a path, and leaves finding it to us).
///
/// Links are judged by name (RFC 5280 §7.1) and key identifier only; `CertificationPath` checks the signatures. All
/// bounds are there because the certificates are a stranger's, who may have made them to keep us busy.
struct PathSearch {
    /// The most certificates between the server's and the anchor; chains in use have up to three.
    static let maximumIntermediates = 10
    /// The most paths tried for one anchor. More than one exists where CAs have cross-signed each other or renewed a
    /// certificate with the same key.
    static let maximumPaths = 8
    /// The most unfinished paths followed for one anchor.
    static let maximumSteps = 128

    /// The presented certificates without repetition, the server's first.
    private let certificates: [X509Certificate]
    /// For each certificate, those that may have issued it.
    private let issuers: [[Int]]
    /// Whether a bound has kept a path from being followed or tried.
    private(set) var hasGivenUp = false
    /// Whether a signature was of a kind that GnuTLS does not know, so that a bare key may have made it.
    private(set) var hasUnknownSignature = false

    /// A search among these certificates, of which the first is the server's.
    init(_ certificates: [X509Certificate]) {
        self.certificates = certificates
        // By name first: a stranger may send many certificates with long names, and each is compared once.
        let bySubject = Dictionary(grouping: certificates.indices.dropFirst()) { certificates[$0].subject }
        issuers = certificates.map { certificate in
            bySubject[certificate.issuer, default: []].filter { certificate.identifies(certificates[$0]) }
        }
    }

    /// The paths from the server's certificate to this anchor, which may or may not be among the certificates; shortest
    /// first.
    mutating func paths(to anchor: X509Certificate) -> [CertificationPath] {
        let complete = partialPaths(avoiding: anchor).filter { $0.last?.isIssued(by: anchor) == true }
        if complete.count > Self.maximumPaths { hasGivenUp = true }
        return complete.prefix(Self.maximumPaths).map {
            CertificationPath(certificates: $0 + [anchor], isAnchoredByKey: false)
        }
    }

    /// The paths whose last certificate a bare key has signed (RFC 7671 §5.2.3), shortest first.
    ///
    /// Checks at most one signature for each certificate.
    mutating func paths(to key: PublicKey) -> [CertificationPath] {
        var verdicts: [ObjectIdentifier: PublicKey.Verdict] = [:]
        let complete = partialPaths(avoiding: nil).filter { path in
            guard let last = path.last else { return false }
            let verdict = verdicts[ObjectIdentifier(last)] ?? key.verify(last)
            verdicts[ObjectIdentifier(last)] = verdict
            return verdict == .good
        }
        if verdicts.values.contains(.unknown) { hasUnknownSignature = true }
        if complete.count > Self.maximumPaths { hasGivenUp = true }
        return complete.prefix(Self.maximumPaths).map { CertificationPath(certificates: $0, isAnchoredByKey: true) }
    }

    /// Every path that begins at the server's certificate and follows issuers upwards, breadth first.
    ///
    /// - Parameter anchor: An entity that must not be passed through on the way to itself.
    private mutating func partialPaths(avoiding anchor: X509Certificate?) -> [[X509Certificate]] {
        guard !certificates.isEmpty else { return [] }
        var paths: [[Int]] = [[0]]
        var next = 0
        while next < paths.count {
            let path = paths[next]
            next += 1
            let above = issuers[path[path.endIndex - 1]].filter { issuer in
                let candidate = certificates[issuer]
                // RFC 4158 §2.4.2: a path that meets an entity again is a loop, whoever signed the certificate.
                let isLoop = path.contains { certificates[$0].isSameEntity(as: candidate) }
                let isAnchor = anchor.map { candidate.isSameEntity(as: $0) } ?? false
                return !isLoop && !isAnchor
            }
            guard path.count <= Self.maximumIntermediates, paths.count < Self.maximumSteps else {
                hasGivenUp = hasGivenUp || !above.isEmpty
                continue
            }
            for issuer in above {
                guard paths.count < Self.maximumSteps else {
                    hasGivenUp = true
                    break
                }
                paths.append(path + [issuer])
            }
        }
        return paths.map { path in path.map { certificates[$0] } }
    }
}
