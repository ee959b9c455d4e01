import CGnuTLS
import Certificates
import Glibc

/// Checks a host's certificate message before GnuTLS reads it and uses the key in it.
///
/// GnuTLS reads all certificates of the message, and its time grows faster than their size. 64 KB is also the limit of
/// `Certificates`.
///
/// GnuTLS sets no limit for RSA keys. A certificate of 16 KB can contain a modulus and an exponent of 65,536 bits. One
/// signature of such a key takes 20 s in a single call, which no timer interrupts; half a million bits take hours. The
/// limits are those of OpenSSL and `Certificates`: a modulus of 16,384 bits, and an exponent of 64 bits for moduli
/// above 3,072. For DSA, the limit is the 3,072 bits of FIPS 186-4.
enum CertificateMessage {
    /// The result.
    enum Finding {
        /// Nothing that GnuTLS would not report itself.
        case fine
        /// Something exceeds one of our limits. The text is a sentence.
        case excess(String)
        /// The leaf has the frame of a certificate, but GnuTLS cannot read its contents (F-80).
        case unread(UnreadLeaf)
    }

    /// The largest certificate, in bytes.
    static let maximumCertificate = 64 << 10

    /// Checks the certificate message of a handshake, which is given without its header (RFC 5246 §7.4.2, RFC 8446
    /// §4.4.2).
    static func inspect(_ message: UnsafeRawBufferPointer, isTLS13: Bool) -> Finding {
        var rest = message[...]
        if isTLS13 {
            guard let context = rest.popFirst() else { return .fine }
            rest = rest.dropFirst(Int(context))
        }
        // Skip the length of the list.
        rest = rest.dropFirst(3)
        var certificates: [Slice<UnsafeRawBufferPointer>] = []
        while rest.count >= 3 {
            let length = rest.prefix(3).reduce(0) { $0 << 8 | Int($1) }
            let certificate = rest.dropFirst(3).prefix(length)
            // The message is malformed. GnuTLS will report that.
            guard certificate.count == length else { break }
            guard length <= maximumCertificate else { return .excess("the host sent a certificate of \(length) bytes") }
            certificates.append(certificate)
            rest = rest.dropFirst(3 + length)
            guard isTLS13 else { continue }
            // RFC 8446 §4.4.2: extensions follow each certificate.
            rest = rest.dropFirst(2 + rest.prefix(2).reduce(0) { $0 << 8 | Int($1) })
        }
        guard let leaf = certificates.first, !leaf.isEmpty else { return .fine }
        do throws(TLSFailure) {
            let key = try LeafKey(certificate: UnsafeRawBufferPointer(rebasing: leaf))
            return key.excess.map(Finding.excess) ?? .fine
        } catch {
            // Without the frame of a certificate, no library can read it, and the handshake has failed.
            guard let key = CertificateOutline(der: Array(leaf))?.spki else { return .fine }
            if let excess = (try? LeafKey(info: key))?.excess { return .excess(excess) }
            let chain = certificates.prefix(ProbeTLSSession.maximumChainCount).map { Array($0) }
            return .unread(UnreadLeaf(chain: chain, key: Array(key), fault: error.description))
        }
    }
}
