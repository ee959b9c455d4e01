import CGnuTLS
import Certificates
import Glibc

/// What a host sends of certificates in a handshake, looked at before GnuTLS works with it, and with the key in it.
///
/// GnuTLS reads all certificates of the message, and takes longer for a large one than in proportion. 64 KB are as many as
/// `Certificates` looks at.
///
/// GnuTLS sets no limit to RSA keys: a certificate of 16 KB holds one with a modulus and an exponent of 65,536 bits, whose
/// one signature takes 20 s of computing in a single call, which no timer interrupts; one of half a million bits takes
/// hours. The bounds are OpenSSL's, like those of `Certificates`: a modulus of 16,384 bits, and an exponent of 64 bits
/// for moduli above 3,072; and the 3,072 bits of FIPS 186-4 for DSA.
enum CertificateMessage {
    /// What was found.
    enum Finding {
        /// Nothing that GnuTLS would not say itself.
        case fine
        /// Something is beyond a bound of ours; a sentence.
        case excess(String)
        /// F-80: the leaf has the frame of a certificate, and GnuTLS will not read what is in it.
        case unread(UnreadLeaf)
    }

    /// The most bytes of one certificate.
    static let maximumCertificate = 64 << 10

    /// Looks at the certificate message of a handshake, whose header is cut off (RFC 5246 §7.4.2, RFC 8446 §4.4.2).
    static func inspect(_ message: UnsafeRawBufferPointer, isTLS13: Bool) -> Finding {
        var rest = message[...]
        if isTLS13 {
            guard let context = rest.popFirst() else { return .fine }
            rest = rest.dropFirst(Int(context))
        }
        // The length of the list.
        rest = rest.dropFirst(3)
        var certificates: [Slice<UnsafeRawBufferPointer>] = []
        while rest.count >= 3 {
            let length = rest.prefix(3).reduce(0) { $0 << 8 | Int($1) }
            let certificate = rest.dropFirst(3).prefix(length)
            // GnuTLS will say what is wrong with that.
            guard certificate.count == length else { break }
            guard length <= maximumCertificate else { return .excess("the host sent a certificate of \(length) bytes") }
            certificates.append(certificate)
            rest = rest.dropFirst(3 + length)
            guard isTLS13 else { continue }
            // RFC 8446 §4.4.2: each has extensions.
            rest = rest.dropFirst(2 + rest.prefix(2).reduce(0) { $0 << 8 | Int($1) })
        }
        guard let leaf = certificates.first, !leaf.isEmpty else { return .fine }
        do throws(TLSFailure) {
            let key = try LeafKey(certificate: UnsafeRawBufferPointer(rebasing: leaf))
            return key.excess.map(Finding.excess) ?? .fine
        } catch {
            // Without the frame of a certificate nobody reads it, and the handshake has failed.
            guard let key = CertificateOutline(der: Array(leaf))?.spki else { return .fine }
            if let excess = (try? LeafKey(info: key))?.excess { return .excess(excess) }
            let chain = certificates.prefix(GnuTLSSession.maximumChainCount).map { Array($0) }
            return .unread(UnreadLeaf(chain: chain, key: Array(key), fault: error.description))
        }
    }
}
