import CGnuTLS
import DANE

/// One certificate of the presented chain. What TLSA records are compared with is computed at most once.
final class ChainElement {
    /// The certificate's bytes and parts.
    let outline: CertificateOutline
    /// The parsed certificate; nil if it cannot be parsed. It can still match a DANE-EE record, which only needs equal
    /// bytes (F-70).
    private(set) lazy var certificate = X509Certificate(outline)

    private lazy var digests: [TLSARecord.Selector: (sha256: [UInt8], sha512: [UInt8])] = [:]

    /// An element from a certificate's parts.
    init(_ outline: CertificateOutline) { self.outline = outline }

    /// Whether the record's data is that of this certificate. The usage is ignored.
    func matches(_ record: UsableRecord) -> Bool { matches(record.data, record.selector, record.matching) }

    /// Whether the data is that of this certificate (RFC 6698 §2.1.2 to §2.1.4).
    func matches(_ data: [UInt8], _ selector: TLSARecord.Selector, _ matching: TLSARecord.MatchingType) -> Bool {
        switch matching {
        case .full: data[...] == content(selector)
        case .sha256: data == digestPair(selector).sha256
        case .sha512: data == digestPair(selector).sha512
        }
    }

    private func content(_ selector: TLSARecord.Selector) -> ArraySlice<UInt8> {
        switch selector {
        case .cert: outline.der[...]
        case .spki: outline.spki
        }
    }

    private func digestPair(_ selector: TLSARecord.Selector) -> (sha256: [UInt8], sha512: [UInt8]) {
        if let known = digests[selector] { return known }
        let bytes = content(selector)
        let pair = (digest(GNUTLS_DIG_SHA256, bytes), digest(GNUTLS_DIG_SHA512, bytes))
        digests[selector] = pair
        return pair
    }
}
