/// A host's certificates, if GnuTLS cannot read the first of them (F-80).
///
/// Examples are version 1 with extensions, a date without its time zone, or two different signature algorithms. RFC
/// 5280 forbids these, and OpenSSL and Postfix ignore them. Under DANE-EE only the match counts (D-44, RFC 7672
/// §3.1.1). GnuTLS ends the handshake.
struct UnreadLeaf {
    /// The certificates in DER as the host sent them, the leaf first.
    let chain: [[UInt8]]
    /// The leaf's SubjectPublicKeyInfo.
    let key: [UInt8]
    /// What GnuTLS says about the leaf.
    let fault: String
}
