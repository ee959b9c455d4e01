/// A TLSA record as published in the DNS (RFC 6698 §2.1). A malformed record is a value too, because its mere presence
/// makes TLS mandatory (RFC 7672 §2.2).
public struct TLSARecord: Hashable, Sendable {
    /// The certificate usage field.
    public let usage: UInt8
    /// The selector field.
    public let selector: UInt8
    /// The matching type field.
    public let matchingType: UInt8
    /// The certificate association data. It may be empty or have the wrong length.
    public let data: [UInt8]
    /// Whether RDATA is too short for the three fields (fewer than three bytes). Then the fields are 255 and `data` is
    /// RDATA.
    public let isTruncated: Bool

    /// A record with these fields.
    public init(usage: UInt8, selector: UInt8, matchingType: UInt8, data: [UInt8]) {
        self.usage = usage
        self.selector = selector
        self.matchingType = matchingType
        self.data = data
        self.isTruncated = false
    }

    /// A record from its RDATA. It never fails: RDATA that is too short makes a record that is not usable (T-05).
    public init(rdata: some Collection<UInt8>) {
        let bytes = Array(rdata)
        isTruncated = bytes.count < 3
        usage = isTruncated ? 255 : bytes[0]
        selector = isTruncated ? 255 : bytes[1]
        matchingType = isTruncated ? 255 : bytes[2]
        data = isTruncated ? bytes : Array(bytes[3...])
    }
}

extension TLSARecord {
    /// The usages that apply to SMTP (RFC 7672 §3.1).
    public enum Usage: UInt8, Sendable, CaseIterable {
        /// DANE-TA(2): the record names a trust anchor of the server's chain.
        case daneTA = 2
        /// DANE-EE(3): the record names the server's own certificate or key.
        case daneEE = 3
    }

    /// Which part of the certificate the record is about (RFC 6698 §2.1.2).
    public enum Selector: UInt8, Sendable, CaseIterable {
        /// Cert(0): the whole certificate.
        case cert = 0
        /// SPKI(1): the SubjectPublicKeyInfo.
        case spki = 1
    }

    /// How the record gives the selected content (RFC 6698 §2.1.3).
    public enum MatchingType: UInt8, Sendable, CaseIterable {
        /// Full(0): the content itself.
        case full = 0
        /// SHA2-256(1).
        case sha256 = 1
        /// SHA2-512(2).
        case sha512 = 2
    }
}
