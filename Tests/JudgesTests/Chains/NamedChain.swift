import Certificates
import DANE
import World
import WorldHosts

/// A chain of a server, an intermediate CA and a root with something odd in it, and what is right for it.
struct NamedChain: Sendable {
    typealias Certificate = FreeCertificate
    typealias Change = @Sendable (inout [FreeCertificate]) -> Void

    /// What is odd.
    let name: String
    /// What danegate says, by the RFC.
    let expected: ChainVerdict
    /// What OpenSSL says, if it is something else; then the RFC and the reason are at its line.
    let openSSL: ChainVerdict
    /// Which certificate the DANE-TA record is about.
    let anchor: Int
    /// Makes it odd.
    let change: Change

    init(
        _ name: String, _ expected: ChainVerdict, openSSL: ChainVerdict? = nil, anchor: Int = 2,
        _ change: @escaping Change
    ) {
        self.name = name
        self.expected = expected
        self.openSSL = openSSL ?? expected
        self.anchor = anchor
        self.change = change
    }

    /// The chain in DER.
    func signed(_ keys: ChainKeys) throws -> [[UInt8]] {
        let validity = DrawnChain.validity(-86_400, 86_400)
        var certificates = [
            FreeCertificate([[.commonName("mx.example.com")]], validity: validity, serialNumber: [0x41]),
            FreeCertificate(
                [[.organization("Acme Mail")], [.commonName("Acme Issuing CA")]], validity: validity,
                serialNumber: [0x42]),
            FreeCertificate(
                [[.organization("Acme Mail")], [.commonName("Acme Root CA")]], validity: validity,
                serialNumber: [0x43]),
        ]
        certificates[0].extensions = [.alternativeNames([.dns("mx.example.com")])]
        for depth in 1...2 { certificates[depth].extensions = [.basicConstraints(), .keyUsage(0x06)] }
        change(&certificates)
        return try certificates.indices.map { depth in
            let above = min(depth + 1, 2)
            return try certificates[depth].signed(
                keys.all[depth], issuer: certificates[above].subject, signer: keys.all[above])
        }
    }

    /// What danegate and OpenSSL say.
    func verdicts(_ keys: ChainKeys) throws -> (ours: CertificateJudgement, theirs: OpenSSLChain.Opinion) {
        let chain = try signed(keys)
        let record = TLSARecord(
            usage: 2, selector: 0, matchingType: 1, data: SHA2.sha256(chain[anchor]))
        let ours = CertificateJudgement.judge(
            chain: chain, records: [record], names: [DomainName("mx.example.com")!], at: DrawnChain.date)
        let theirs = OpenSSLChain.judge(chain, [record], ["mx.example.com"], at: DrawnChain.date)
        return (ours, theirs)
    }
}

extension [FreeCertificate] {
    /// Replaces an extension of a certificate, or adds it.
    mutating func put(_ depth: Int, _ more: FreeCertificate.Extension) {
        drop(depth, more.identifier)
        self[depth].extensions.append(more)
    }

    /// Takes an extension away.
    mutating func drop(_ depth: Int, _ identifier: String) {
        self[depth].extensions.removeAll { $0.identifier == identifier }
    }

    /// Holds what is below the root to name constraints.
    mutating func constrain(
        _ depth: Int = 2, permitted: [FreeCertificate.GeneralName] = [], excluded: [FreeCertificate.GeneralName] = [],
        critical: Bool = true
    ) {
        put(
            depth,
            .nameConstraints(
                permitted: permitted.map { .init($0) }, excluded: excluded.map { .init($0) }, critical: critical))
    }

    /// Gives the server's certificate these names beside its DNS name.
    mutating func name(_ names: FreeCertificate.GeneralName...) {
        put(0, .alternativeNames([.dns("mx.example.com")] + names))
    }
}
