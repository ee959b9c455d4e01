import CGnuTLS
public import DANE

/// Domain names as people write them, turned into what the DNS knows.
public enum InternationalName {
    /// The longest text that is looked at, in bytes of UTF-8; a name of 253 bytes never takes more than this.
    private static let maximumLength = 1024

    /// Reads a domain name that may hold U-labels; they become A-labels (RFC 5891, after the mapping of UTS 46).
    ///
    /// ASCII is passed to `DomainName` as it stands, so `xn--` labels are not looked into. May be called on any thread.
    ///
    /// - Returns: nil if the text is no domain name.
    public static func domainName(_ text: String) -> DomainName? {
        guard text.utf8.count <= maximumLength else { return nil }
        guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return DomainName(text) }
        // gnutls_idna_map(3) reads a C string: what stands behind a NUL would be lost.
        guard !text.utf8.contains(0) else { return nil }
        let mapped = takingDatum {
            gnutls_idna_map(text, UInt32(text.utf8.count), &$0, UInt32(GNUTLS_IDNA_FORCE_2008))
        }
        return mapped.flatMap { DomainName(String(decoding: $0, as: UTF8.self)) }
    }
}
