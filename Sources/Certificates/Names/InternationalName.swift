import CGnuTLS
public import DANE

/// Converts domain names as people write them to the form of the DNS.
public enum InternationalName {
    /// The longest text that is read, in bytes of UTF-8. A name of 253 bytes never needs more.
    private static let maximumLength = 1024

    /// Reads a domain name that may contain U-labels. They become A-labels (I-01, RFC 5891, after the mapping of UTS
    /// 46).
    ///
    /// ASCII text goes to `DomainName` as it is, so `xn--` labels are not checked. May be called on any thread.
    ///
    /// - Returns: nil if the text is not a domain name.
    public static func domainName(_ text: String) -> DomainName? {
        guard text.utf8.count <= maximumLength else { return nil }
        guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return DomainName(text) }
        // gnutls_idna_map(3) reads a C string and would ignore whatever follows a NUL.
        guard !text.utf8.contains(0) else { return nil }
        let mapped = takingDatum {
            gnutls_idna_map(text, UInt32(text.utf8.count), &$0, UInt32(GNUTLS_IDNA_FORCE_2008))
        }
        return mapped.flatMap { DomainName(String(decoding: $0, as: UTF8.self)) }
    }
}
