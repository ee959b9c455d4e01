import CGnuTLS

/// The algorithm of a signature on a certificate, from its AlgorithmIdentifier (RFC 5280 §4.1.1.2).
enum SignatureAlgorithm {
    /// One that GnuTLS knows.
    case known(gnutls_sign_algorithm_t)
    /// RSASSA-PSS (RFC 4055 §3.1) with this digest and so many bytes of salt.
    case pss(gnutls_digest_algorithm_t, saltLength: UInt32)
    /// One with a broken digest: MD2, MD5, SHA-1. It proves nothing.
    case broken
    /// One that GnuTLS does not know; others may.
    case unknown

    /// Reads the contents of an AlgorithmIdentifier.
    init(_ contents: ArraySlice<UInt8>) {
        var reader = DERReader(contents)
        guard let identifier = reader.next(DERReader.Tag.objectIdentifier)?.contents,
            let dotted = OID.dotted(identifier)
        else {
            self = .unknown
            return
        }
        if identifier.elementsEqual(OID.rsaPSS) {
            self.init(pss: reader)
            return
        }
        let algorithm = gnutls_oid_to_sign(dotted)
        if algorithm == GNUTLS_SIGN_UNKNOWN {
            self = .unknown
        } else {
            self.init(algorithm, digest: gnutls_sign_get_hash_algorithm(algorithm))
        }
    }

    private init(_ algorithm: gnutls_sign_algorithm_t, digest: gnutls_digest_algorithm_t) {
        switch digest {
        case GNUTLS_DIG_MD2, GNUTLS_DIG_MD5, GNUTLS_DIG_SHA1: self = .broken
        // What GnuTLS holds for broken, and others need not.
        default: self = gnutls_sign_is_secure(algorithm) != 0 ? .known(algorithm) : .unknown
        }
    }

    /// RFC 4055 §3.1: RSASSA-PSS-params, of which each field has a default that is SHA-1's.
    private init(pss parameters: DERReader) {
        self = .unknown
        var outer = parameters
        guard let sequence = outer.next() else {
            self = .broken
            return
        }
        guard sequence.tag == DERReader.Tag.sequence, outer.isAtEnd else { return }
        var reader = DERReader(sequence.contents)
        guard let digest = reader.next(DERReader.Tag.constructed(0)) else {
            self = .broken
            return
        }
        guard let name = Self.digest(in: digest.contents) else { return }
        guard name != GNUTLS_DIG_SHA1 else {
            self = .broken
            return
        }
        // The mask is made with the same digest; GnuTLS knows no other way.
        guard let mask = reader.next(DERReader.Tag.constructed(1)),
            let contents = DERReader.only(DERReader.Tag.sequence, in: mask.contents)
        else { return }
        var generation = DERReader(contents)
        guard let function = generation.next(DERReader.Tag.objectIdentifier)?.contents,
            function.elementsEqual(OID.maskGeneration), let inner = generation.next(), generation.isAtEnd,
            Self.digest(in: inner.whole) == name
        else { return }
        var salt: UInt32 = 20
        if let element = reader.next(DERReader.Tag.constructed(2)) {
            guard let bytes = DERReader.only(DERReader.Tag.integer, in: element.contents), bytes.count <= 3,
                let first = bytes.first, first & 0x80 == 0
            else { return }
            salt = bytes.reduce(0) { $0 << 8 | UInt32($1) }
        }
        // trailerField, which is always 1.
        if let trailer = reader.next(DERReader.Tag.constructed(3)) {
            guard trailer.contents.elementsEqual([DERReader.Tag.integer, 1, 1]) else { return }
        }
        guard reader.isAtEnd, [GNUTLS_DIG_SHA256, GNUTLS_DIG_SHA384, GNUTLS_DIG_SHA512].contains(name) else { return }
        self = .pss(name, saltLength: salt)
    }

    /// The digest that the AlgorithmIdentifier names; nil if GnuTLS knows none of the name.
    private static func digest(in identifier: ArraySlice<UInt8>) -> gnutls_digest_algorithm_t? {
        guard let contents = DERReader.only(DERReader.Tag.sequence, in: identifier) else { return nil }
        var reader = DERReader(contents)
        let digest = reader.next(DERReader.Tag.objectIdentifier).flatMap { OID.dotted($0.contents) }
            .map { gnutls_oid_to_digest($0) }
        return digest == GNUTLS_DIG_UNKNOWN ? nil : digest
    }
}
