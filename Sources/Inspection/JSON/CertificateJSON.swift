package import Certificates
import Probe
import Support

/// A certificate as JSON, in the output of `check` and `judge`.
package struct CertificateJSON: Encodable {
    let subject: String
    let issuer: String
    let names: [String]
    let not_before: String
    let not_after: String
    let key: String
    let bits: Int
    let sha256: String
    let spki_sha256: String

    package init(_ details: CertificateDetails) {
        subject = details.subject
        issuer = details.issuer
        names = details.names
        not_before = UnixTime.iso8601(details.notBefore)
        not_after = UnixTime.iso8601(details.notAfter)
        key = details.keyAlgorithm
        bits = details.keyBits
        sha256 = details.certificateSHA256
        spki_sha256 = details.spkiSHA256
    }

    /// Returns the chain that a host sent, as far as it can be read.
    static func chain(of report: ProbeReport) -> [CertificateJSON] {
        guard case .secured(let session) = report.end else { return [] }
        return session.chain.compactMap(CertificateDetails.init(der:)).map(CertificateJSON.init)
    }
}
