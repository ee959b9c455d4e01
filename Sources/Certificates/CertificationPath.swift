import CGnuTLS
import DANE

/// A chain from the server's certificate to a trust anchor, each the issuer of the one before by name; and its validation.
struct CertificationPath {
    /// What validation found; the texts are parts of a sentence.
    enum Outcome {
        /// A signature, a constraint or the like is not in order.
        case invalid(String)
        /// A certificate is not valid yet.
        case notYetValid(String)
        /// A certificate has expired.
        case expired(String)
        /// Everything but names is in order.
        case valid
    }

    /// The certificates: the server's first, the anchor's last. At least one.
    let certificates: [X509Certificate]
    /// Whether the anchor is a bare key that has signed the last certificate, which so is an ordinary one.
    let isAnchoredByKey: Bool

    /// How many links above the server's certificate the last one stands.
    var depth: Int { certificates.count - 1 }

    /// Validates the path as of a date (RFC 6698 §2.1.1, RFC 7671 §5.2): signatures, constraints, purpose, then dates.
    ///
    /// - Parameter date: Seconds since 1970.
    func validate(at date: Int64) -> Outcome {
        guard let leaf = certificates.first, let anchor = certificates.last else { return .invalid("it is empty") }
        for issuer in certificates.dropFirst() {
            guard let key = PublicKey(spki: issuer.outline.spki), key.isOfReasonableSize else {
                return .invalid("it holds a key of an unknown kind or absurd size")
            }
            // GnuTLS takes a self-signed anchor of version 3 for one of version 1 if it does not say whether it is a CA.
            guard issuer.isForIssuers else { return .invalid("an issuer is not a CA") }
        }
        // GnuTLS looks neither at the server's key usage nor at what the anchor is meant for (RFC 7672 §3.1.2).
        guard leaf.hasServerKey, leaf.isMeantForServers, anchor.isMeantForServers else {
            return .invalid("a certificate is not meant for servers")
        }
        if leaf === anchor {
            guard isAnchoredByKey else { return .invalid("the server's certificate is its own anchor") }
        } else if let fault = Self.fault(of: certificates.dropLast(), under: anchor) {
            return .invalid(fault)
        }
        return checkDates(at: date)
    }

    /// The dates are checked here and not by GnuTLS: it reads its clock through one function for the whole process
    /// (`gnutls_global_set_time_function(3)`), so that no two judgements could have dates of their own. The path is exactly
    /// the one that GnuTLS was given, hence none of its certificates is missed.
    ///
    /// RFC 5280 §6.1.1: the anchor's dates are not part of validation. Like OpenSSL and Postfix, which senders run, they count
    /// if the anchor is self-issued, and do not if it is an intermediate certificate. RFC 7671 §5.2.3: the certificate that a
    /// bare key has signed must not have expired.
    private func checkDates(at date: Int64) -> Outcome {
        var early: Outcome?
        for (index, certificate) in certificates.enumerated() {
            guard index < depth || isAnchoredByKey || certificate.isSelfIssued else { continue }
            if certificate.notAfter < date {
                return .expired("the certificate at depth \(index) expired on \(UnixTime.text(certificate.notAfter))")
            }
            if certificate.notBefore > date, early == nil {
                let start = UnixTime.text(certificate.notBefore)
                early = .notYetValid("the certificate at depth \(index) is not valid before \(start)")
            }
        }
        return early ?? .valid
    }

    /// Has GnuTLS validate a chain whose order and members are settled, below one anchor.
    ///
    /// The anchor, and whatever the server sent above it or beside the path, is not in the list: GnuTLS would look for the
    /// longest chain and miss an anchor in its middle. Without DO_NOT_ALLOW_SAME a leaf that equals the anchor would be
    /// trusted unverified. No profile is set: as under OpenSSL's lowest useful level, short keys pass; MD5 and SHA-1 do not.
    ///
    /// - Returns: What is wrong; nil if nothing is.
    private static func fault(of chain: some Collection<X509Certificate>, under anchor: X509Certificate) -> String? {
        var trusted: gnutls_x509_trust_list_t?
        guard gnutls_x509_trust_list_init(&trusted, 1) == GNUTLS_E_SUCCESS, let trusted else { return "out of memory" }
        // 0: the certificates stay their owners'.
        defer { gnutls_x509_trust_list_deinit(trusted, 0) }

        let flags = [
            GNUTLS_VERIFY_DO_NOT_ALLOW_SAME, GNUTLS_VERIFY_DISABLE_CRL_CHECKS, GNUTLS_VERIFY_DISABLE_TIME_CHECKS,
            GNUTLS_VERIFY_DISABLE_TRUSTED_TIME_CHECKS, GNUTLS_VERIFY_DO_NOT_ALLOW_UNSORTED_CHAIN,
        ].reduce(0) { $0 | $1.rawValue }
        var status: UInt32 = 0
        // GnuTLS holds the handles only until the list is gone; the certificates live at least as long.
        let code = withExtendedLifetime((chain, anchor)) {
            var anchors: [gnutls_x509_crt_t?] = [anchor.withRaw { $0 }]
            var list: [gnutls_x509_crt_t?] = chain.map { $0.withRaw { $0 } }
            guard gnutls_x509_trust_list_add_cas(trusted, &anchors, 1, 0) == 1 else { return GNUTLS_E_MEMORY_ERROR }
            // The size of a key purpose is that of its C string if 0 is given.
            var purpose = Array(GNUTLS_KP_TLS_WWW_SERVER.utf8) + [0]
            return purpose.withUnsafeMutableBufferPointer { purpose in
                var data = gnutls_typed_vdata_st(type: GNUTLS_DT_KEY_PURPOSE_OID, data: purpose.baseAddress, size: 0)
                return gnutls_x509_trust_list_verify_crt2(
                    trusted, &list, UInt32(list.count), &data, 1, flags, &status, nil)
            }
        }
        guard code == GNUTLS_E_SUCCESS else { return "GnuTLS: \(String(cString: gnutls_strerror(code)))" }
        return status == 0 ? nil : words(status)
    }

    /// The first thing wrong in a verification status. GNUTLS_CERT_INVALID stands beside every other, and says nothing.
    private static func words(_ status: UInt32) -> String {
        let table: [(gnutls_certificate_status_t, String)] = [
            (GNUTLS_CERT_SIGNATURE_FAILURE, "a signature is wrong"),
            (GNUTLS_CERT_SIGNER_NOT_CA, "an issuer is not a CA, or signs deeper than its path length allows"),
            (GNUTLS_CERT_SIGNER_CONSTRAINTS_FAILURE, "a constraint of an issuer is violated (path length or names)"),
            (GNUTLS_CERT_INSECURE_ALGORITHM, "a signature uses an insecure algorithm"),
            (GNUTLS_CERT_PURPOSE_MISMATCH, "a certificate is not meant for servers"),
            (GNUTLS_CERT_UNKNOWN_CRIT_EXTENSIONS, "a critical extension is not known"),
            (GNUTLS_CERT_SIGNER_NOT_FOUND, "an issuer's name or key does not fit"),
        ]
        return table.first { status & $0.0.rawValue != 0 }?.1 ?? "it is not valid"
    }
}
