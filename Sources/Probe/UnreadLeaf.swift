/// A host's certificates where GnuTLS will not read the first of them.
///
/// A version 1 with extensions, a date without its time zone, two signature algorithms that differ: RFC 5280 forbids
/// it, OpenSSL and Postfix pass over it, and under DANE-EE nothing but the match counts (RFC 7672 §3.1.1). GnuTLS
/// ends the handshake.
struct UnreadLeaf {
    /// The certificates in DER as the host sent them, the leaf first.
    let chain: [[UInt8]]
    /// The leaf's SubjectPublicKeyInfo.
    let key: [UInt8]
    /// What GnuTLS says of the leaf.
    let fault: String
}
