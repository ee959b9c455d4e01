/// Finds the paths from the server's certificate to a trust anchor among the certificates that the server sent, in
/// whatever order it sent them. RFC 5280 §6 assumes such a path and leaves finding it to the implementation.
///
/// Links are judged by name (F-71, RFC 5280 §7.1) and key identifier only. `CertificationPath` checks the signatures.
/// All limits exist because the certificates come from a stranger, who may have made them to keep us busy.
struct PathSearch {
    /// The most certificates between the server's and the anchor. Chains in use have up to three.
    static let maximumIntermediates = 10
    /// The most paths that are tried for one anchor. There are several if CAs have cross-signed each other or renewed a
    /// certificate with the same key.
    static let maximumPaths = 8
    /// The most unfinished paths that are followed for one anchor.
    static let maximumSteps = 128

    /// The presented certificates without copies, the server's first.
    private let certificates: [X509Certificate]
    /// For each certificate, those that may be its issuer.
    private let issuers: [[Int]]
    /// Whether a limit left a path out.
    private(set) var hasGivenUp = false
    /// Whether GnuTLS does not know the kind of a signature, so that the bare key may have made it.
    private(set) var hasUnknownSignature = false

    /// A search among these certificates. The first one is the server's.
    init(_ certificates: [X509Certificate]) {
        self.certificates = certificates
        // Group by name first. A stranger may send many certificates with long names; this way each is compared once.
        let bySubject = Dictionary(grouping: certificates.indices.dropFirst()) { certificates[$0].subject }
        issuers = certificates.map { certificate in
            bySubject[certificate.issuer, default: []].filter { certificate.identifies(certificates[$0]) }
        }
    }

    /// The paths from the server's certificate to this anchor, shortest first. The anchor may be among the certificates
    /// or not.
    mutating func paths(to anchor: X509Certificate) -> [CertificationPath] {
        let complete = partialPaths(avoiding: anchor).filter { $0.last?.isIssued(by: anchor) == true }
        if complete.count > Self.maximumPaths { hasGivenUp = true }
        return complete.prefix(Self.maximumPaths).map {
            CertificationPath(certificates: $0 + [anchor], isAnchoredByKey: false)
        }
    }

    /// The paths whose last certificate was signed by a bare key (E-10, RFC 7671 §5.2.3), shortest first.
    ///
    /// It checks at most one signature per certificate.
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
    /// - Parameter anchor: An entity that a path must not contain before its end.
    private mutating func partialPaths(avoiding anchor: X509Certificate?) -> [[X509Certificate]] {
        guard !certificates.isEmpty else { return [] }
        var paths: [[Int]] = [[0]]
        var next = 0
        while next < paths.count {
            let path = paths[next]
            next += 1
            let above = issuers[path[path.endIndex - 1]].filter { issuer in
                let candidate = certificates[issuer]
                // RFC 4158 §2.4.2: a path that contains an entity twice is a loop, whoever signed the certificate.
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
