/// Why a bundle of certificates in PEM cannot be read.
public enum PEMError: Error, Hashable, CustomStringConvertible {
    /// The text has more than `maximumSize` bytes, or more than `maximumCount` certificates.
    case tooLarge
    /// There is no line `-----BEGIN CERTIFICATE-----`.
    case noCertificate
    /// The certificate with this number, from 1, has no end line or is not base64.
    case malformed(Int)

    /// The reason as one sentence for people, without a full stop.
    public var description: String {
        switch self {
        case .tooLarge: "more than \(PEM.maximumCount) certificates or \(PEM.maximumSize) bytes"
        case .noCertificate: "no certificate in PEM form (-----BEGIN CERTIFICATE-----)"
        case .malformed(let number): "certificate \(number) is not well-formed PEM"
        }
    }
}
