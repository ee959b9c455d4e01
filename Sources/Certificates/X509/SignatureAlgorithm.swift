import CGnuTLS

/// The algorithm of a signature on a certificate, from its AlgorithmIdentifier (RFC 5280 §4.1.1.2).
enum SignatureAlgorithm {
    /// GnuTLS knows it.
    case known(gnutls_sign_algorithm_t)
    /// RSASSA-PSS (RFC 4055 §3.1) with this digest and this many bytes of salt.
    case pss(gnutls_digest_algorithm_t, saltLength: UInt32)
    /// Its digest is broken (MD2, MD5, SHA-1), so it proves nothing (F-75).
    case broken
    /// GnuTLS does not know it; other libraries may (F-74).
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
        if let algorithm = Self.algorithms[dotted] {
            // GnuTLS considers it insecure. Others may not.
            self = gnutls_sign_is_secure(algorithm) != 0 ? .known(algorithm) : .unknown
        } else {
            self = Self.brokenOnes.contains(dotted) ? .broken : .unknown
        }
    }

    /// The algorithms by their identifiers.
    ///
    /// `gnutls_oid_to_sign(3)` must not be used. Its header declares that it reads no memory
    /// (`__attribute__((const))`), so an optimised build frees the text before the call.
    private static let algorithms: [String: gnutls_sign_algorithm_t] = [
        // RFC 4055 §5, and RFC 8692 for SHA-3.
        "1.2.840.113549.1.1.14": GNUTLS_SIGN_RSA_SHA224, "1.2.840.113549.1.1.11": GNUTLS_SIGN_RSA_SHA256,
        "1.2.840.113549.1.1.12": GNUTLS_SIGN_RSA_SHA384, "1.2.840.113549.1.1.13": GNUTLS_SIGN_RSA_SHA512,
        "2.16.840.1.101.3.4.3.13": GNUTLS_SIGN_RSA_SHA3_224, "2.16.840.1.101.3.4.3.14": GNUTLS_SIGN_RSA_SHA3_256,
        "2.16.840.1.101.3.4.3.15": GNUTLS_SIGN_RSA_SHA3_384, "2.16.840.1.101.3.4.3.16": GNUTLS_SIGN_RSA_SHA3_512,
        // RFC 5758 §3.2.
        "1.2.840.10045.4.3.1": GNUTLS_SIGN_ECDSA_SHA224, "1.2.840.10045.4.3.2": GNUTLS_SIGN_ECDSA_SHA256,
        "1.2.840.10045.4.3.3": GNUTLS_SIGN_ECDSA_SHA384, "1.2.840.10045.4.3.4": GNUTLS_SIGN_ECDSA_SHA512,
        "2.16.840.1.101.3.4.3.9": GNUTLS_SIGN_ECDSA_SHA3_224, "2.16.840.1.101.3.4.3.10": GNUTLS_SIGN_ECDSA_SHA3_256,
        "2.16.840.1.101.3.4.3.11": GNUTLS_SIGN_ECDSA_SHA3_384, "2.16.840.1.101.3.4.3.12": GNUTLS_SIGN_ECDSA_SHA3_512,
        // RFC 8410 §3.
        "1.3.101.112": GNUTLS_SIGN_EDDSA_ED25519, "1.3.101.113": GNUTLS_SIGN_EDDSA_ED448,
        // RFC 5758 §3.1, and its equivalents for other digests.
        "2.16.840.1.101.3.4.3.1": GNUTLS_SIGN_DSA_SHA224, "2.16.840.1.101.3.4.3.2": GNUTLS_SIGN_DSA_SHA256,
        "2.16.840.1.101.3.4.3.3": GNUTLS_SIGN_DSA_SHA384, "2.16.840.1.101.3.4.3.4": GNUTLS_SIGN_DSA_SHA512,
    ]

    /// RSA with MD2, MD4, MD5 and SHA-1, DSA and ECDSA with SHA-1, and ISO's identifiers for some of them.
    private static let brokenOnes: Set<String> = [
        "1.2.840.113549.1.1.2", "1.2.840.113549.1.1.3", "1.2.840.113549.1.1.4", "1.2.840.113549.1.1.5",
        "1.2.840.10040.4.3", "1.2.840.10045.4.1", "1.3.14.3.2.3", "1.3.14.3.2.27", "1.3.14.3.2.29",
    ]

    /// Reads RSASSA-PSS-params (RFC 4055 §3.1). Each field has a default, which belongs to SHA-1.
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
        guard name != GNUTLS_DIG_SHA1, name != GNUTLS_DIG_MD5 else {
            self = .broken
            return
        }
        // The mask must use the same digest. GnuTLS supports nothing else.
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
        // trailerField is always 1.
        if let trailer = reader.next(DERReader.Tag.constructed(3)) {
            guard trailer.contents.elementsEqual([DERReader.Tag.integer, 1, 1]) else { return }
        }
        guard reader.isAtEnd, [GNUTLS_DIG_SHA256, GNUTLS_DIG_SHA384, GNUTLS_DIG_SHA512].contains(name) else { return }
        self = .pss(name, saltLength: salt)
    }

    /// The digest that the AlgorithmIdentifier names; nil if it is not one that signatures use.
    private static func digest(in identifier: ArraySlice<UInt8>) -> gnutls_digest_algorithm_t? {
        guard let contents = DERReader.only(DERReader.Tag.sequence, in: identifier) else { return nil }
        var reader = DERReader(contents)
        return reader.next(DERReader.Tag.objectIdentifier).flatMap { OID.dotted($0.contents) }.flatMap { digests[$0] }
    }

    private static let digests: [String: gnutls_digest_algorithm_t] = [
        "1.2.840.113549.2.5": GNUTLS_DIG_MD5, "1.3.14.3.2.26": GNUTLS_DIG_SHA1,
        "2.16.840.1.101.3.4.2.1": GNUTLS_DIG_SHA256, "2.16.840.1.101.3.4.2.2": GNUTLS_DIG_SHA384,
        "2.16.840.1.101.3.4.2.3": GNUTLS_DIG_SHA512,
    ]
}
