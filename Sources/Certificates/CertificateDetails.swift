import CGnuTLS
import DANE

/// The facts about a certificate that a person wants to read. Nothing here is verified, and the texts come from
/// strangers.
public struct CertificateDetails: Sendable, Hashable {
    /// The most host names that are listed.
    public static let maximumNames = 50

    /// The subject's distinguished name (RFC 4514), at most 512 characters, without control characters.
    public let subject: String
    /// The issuer's distinguished name, in the same form.
    public let issuer: String
    /// The host names that the certificate is for, in lower case, with wildcards: the DNS names of the subject
    /// alternative names or, if there are none, the common names. At most `maximumNames`.
    public let names: [String]
    /// The first second of validity, since 1970; -1 if it is before 1970 or cannot be read.
    public let notBefore: Int64
    /// The last second of validity, since 1970; -1 if it is before 1970 or cannot be read.
    public let notAfter: Int64
    /// The kind of key, such as `RSA` or `EC/ECDSA`; `unknown` if GnuTLS does not know it.
    public let keyAlgorithm: String
    /// The length of the key in bits; 0 if unknown.
    public let keyBits: Int
    /// The serial number in lower-case hexadecimal digits.
    public let serial: String
    /// SHA2-256 of the SubjectPublicKeyInfo in lower-case hexadecimal digits: the data of a `3 1 1` or `2 1 1` record.
    public let spkiSHA256: String
    /// SHA2-256 of the certificate in lower-case hexadecimal digits: the data of a `3 0 1` or `2 0 1` record.
    public let certificateSHA256: String

    /// Reads a certificate in DER. May be called on any thread.
    ///
    /// - Returns: nil if the bytes are not a certificate.
    public init?(der: [UInt8]) {
        guard let outline = CertificateOutline(der: der), let certificate = X509Certificate(outline) else { return nil }
        subject = Self.printable(outline.subject)
        issuer = Self.printable(outline.issuer)
        names = PresentedNames(certificate).names.prefix(Self.maximumNames).map(\.text)
        notBefore = max(-1, certificate.notBefore ?? -1)
        notAfter = max(-1, certificate.notAfter ?? -1)
        if let key = certificate.key {
            keyAlgorithm = key.algorithm
            keyBits = key.bits
        } else {
            keyAlgorithm = "unknown"
            keyBits = 0
        }
        serial = Array(certificate.serialNumber).hexadecimal
        spkiSHA256 = digest(GNUTLS_DIG_SHA256, outline.spki).hexadecimal
        certificateSHA256 = digest(GNUTLS_DIG_SHA256, der[...]).hexadecimal
    }

    /// The name as text without the characters of Unicode's categories Cc, Cf, Zl and Zp, which could change how a
    /// terminal or a log shows a line.
    private static func printable(_ name: ArraySlice<UInt8>) -> String {
        // gnutls_x509_rdn_get2(3) writes a name as in RFC 4514, last attribute first.
        let text = withDatum(name) { name in takingDatum { gnutls_x509_rdn_get2(&name, &$0, 0) } }
            .map { String(decoding: $0, as: UTF8.self) }
        var result = String.UnicodeScalarView()
        for scalar in (text ?? "").unicodeScalars.prefix(512) {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: result.append("?")
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
