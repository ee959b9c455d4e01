import Support

/// A chain from the server's certificate to a trust anchor, in which each certificate names the next one as its issuer,
/// and its validation (RFC 5280 §6.1).
///
/// The anchor is a certificate or a bare key. RFC 5280 §6.1.1 (d) takes only name and key from the anchor's
/// certificate. As in OpenSSL, which Postfix and others use to deliver, the rest of that certificate counts here too:
/// its constraints, its purpose and, if it is a root, its dates (D-49, RFC 7672 §3.1.2). Revocation is not checked, and
/// neither are policies (see `CertificateExtensions`).
struct CertificationPath {
    /// The result of a validation. The texts are parts of a sentence.
    enum Outcome: Hashable {
        /// A signature, a constraint or something similar is invalid.
        case invalid(String)
        /// A certificate is not valid yet.
        case notYetValid(String)
        /// A certificate has expired.
        case expired(String)
        /// Nothing is known to be wrong, but something cannot be checked, because GnuTLS does not know a key or an
        /// algorithm.
        case undecided(String)
        /// There are more names and constraints than the limit allows.
        case tooMuch(String)
        /// Everything is valid. The reference names are not checked here.
        case valid
    }

    /// The certificates, at least one: the server's first, the anchor's last.
    let certificates: [X509Certificate]
    /// Whether the anchor is a bare key that signed the last certificate, which is then not an anchor itself.
    let isAnchoredByKey: Bool

    /// How many links the last certificate is above the server's.
    var depth: Int { certificates.count - 1 }

    /// Validates the path for a date (T-09, RFC 6698 §2.1.1; E-07, RFC 7671 §5.2): the extensions and keys of each
    /// certificate, the names, the signatures, then the dates.
    ///
    /// - Parameters:
    ///   - date: Seconds since 1970.
    ///   - comparisons: How many names may still be compared with constraints in this judgement.
    func validate(at date: Int64, comparisons: inout Int) -> Outcome {
        // E-09, RFC 7671 §5.2.2: the anchor is what a record matched. Local trust stores are not used.
        guard depth > 0 || isAnchoredByKey else { return .invalid("the server's certificate is its own anchor") }
        if let fault = extensionFault ?? pathLengthFault ?? keyFault { return .invalid(fault) }
        switch nameConstraints(&comparisons) {
        case .kept: break
        case .violated(let fault): return .invalid(fault)
        case .tooMany: return .tooMuch("it has more names and name constraints than are compared")
        }
        let doubt: String?
        switch checkSignatures() {
        case .valid: doubt = unprocessed
        case .undecided(let why): doubt = why
        case let outcome: return outcome
        }
        let dates = checkDates(at: date)
        guard dates == .valid, let doubt else { return dates }
        return .undecided(doubt)
    }

    /// The words for a certificate in a sentence.
    private static func name(_ depth: Int) -> String {
        depth == 0 ? "the server's certificate" : "the certificate at depth \(depth)"
    }

    /// What is wrong with the extensions of a certificate; nil if nothing is.
    private var extensionFault: String? {
        for (depth, certificate) in certificates.enumerated() {
            let name = Self.name(depth)
            let extensions = certificate.extensions
            // F-75, RFC 5280 §4.2: a known extension must be processed, and this one cannot be.
            if extensions.isMalformed { return "an extension of \(name) is malformed or repeated" }
            // F-75, RFC 5280 §6.1.4 (o), §6.1.5 (e).
            if let type = extensions.unknownCritical { return "a critical extension of \(name) is not known (\(type))" }
            // RFC 3820 §4: proxy certificates are accepted only where they are wanted.
            if extensions.isProxy { return "\(name) is a proxy certificate" }
            if depth > 0 {
                // F-73, RFC 5280 §6.1.4 (k) and (n).
                guard certificate.mayIssue(asAnchor: depth == self.depth && !isAnchoredByKey) else {
                    return "an issuer is not a CA (\(name))"
                }
            } else if !certificate.hasServerKey {
                // RFC 8446 §4.4.2.2: TLS must be able to use the key.
                return "\(name) is not meant for servers by its key usage"
            }
            // F-75, RFC 5280 §4.2.1.12. This applies to the anchor too (D-49, RFC 7672 §3.1.2).
            guard certificate.isMeantForServers else { return "\(name) is not meant for servers" }
            // RFC 5480 §2.1.1.
            if self.depth > 0, certificate.hasExplicitCurve { return "the key of \(name) is on a curve without a name" }
        }
        return nil
    }

    /// Whether a path length constraint is violated: how many certificates that are not self-issued are between an
    /// issuer and the server's (D-49, RFC 7672 §3.1.2; RFC 5280 §6.1.4 (l) and (m), §4.2.1.9).
    private var pathLengthFault: String? {
        var below = 0
        for (depth, certificate) in certificates.enumerated().dropFirst() {
            if let limit = certificate.extensions.basicConstraints?.pathLength, below > limit {
                return "a path length constraint is violated: more than \(limit) CA certificates stand below "
                    + "depth \(depth)"
            }
            if !certificate.isSelfIssued { below += 1 }
        }
        return nil
    }

    /// Keys that are known to be too weak, or absurdly large (F-75). Keys that GnuTLS does not know are not judged
    /// here.
    private var keyFault: String? {
        for (depth, certificate) in certificates.enumerated() {
            guard let key = certificate.key else { continue }
            guard key.isStrongEnough else { return "the key of \(Self.name(depth)) is too weak (\(key.bits) bits)" }
            guard depth == 0 || key.isOfReasonableSize else {
                return "the key of \(Self.name(depth)) is of absurd size"
            }
        }
        return nil
    }

    /// Compares each certificate that is not self-issued, and the server's, with the name constraints of all above it,
    /// the anchor included (F-72, RFC 5280 §6.1.3 (b) and (c)).
    private func nameConstraints(_ comparisons: inout Int) -> NameConstraints.Finding {
        for (depth, certificate) in certificates.enumerated() where depth == 0 || !certificate.isSelfIssued {
            for (above, issuer) in certificates.enumerated().dropFirst(depth + 1) {
                guard let constraints = issuer.extensions.nameConstraints else { continue }
                switch constraints.check(certificate, isServer: depth == 0, comparisons: &comparisons) {
                case .kept: break
                case .violated(let what):
                    return .violated(
                        "a name constraint is violated: \(what) (\(Self.name(depth)), constraint at depth \(above))"
                    )
                case .tooMany: return .tooMany
                }
            }
        }
        return .kept
    }

    /// Checks that the key of the next certificate signed each one below the anchor (RFC 5280 §6.1.3 (a) (1)). The
    /// signature of a bare key was checked when the path was found. What GnuTLS does not know is a doubt (F-74).
    private func checkSignatures() -> Outcome {
        var doubt: String?
        for (depth, certificate) in certificates.dropLast().enumerated() {
            guard let key = certificates[depth + 1].key else {
                doubt = doubt ?? "the key of \(Self.name(depth + 1)) is of a kind that GnuTLS does not know"
                continue
            }
            switch key.verify(certificate) {
            case .good: break
            case .bad(let fault): return .invalid("\(Self.name(depth)): \(fault)")
            case .unknown:
                doubt = doubt ?? "the signature of \(Self.name(depth)) is of a kind that GnuTLS does not know"
            }
        }
        return doubt.map(Outcome.undecided) ?? .valid
    }

    /// A critical extension that other libraries process and this code does not.
    private var unprocessed: String? {
        certificates.enumerated().lazy.compactMap { depth, certificate in
            certificate.extensions.unprocessedCritical.map {
                "a critical extension of \(Self.name(depth)) is not processed by danegate (\($0))"
            }
        }.first
    }

    /// Checks the dates (E-07, RFC 7671 §5.2; F-07; RFC 5280 §6.1.3 (a) (2)). RFC 5280 §6.1.1 leaves out the anchor's
    /// dates. As in OpenSSL and Postfix, which senders use, they count if the anchor is self-signed, and not if it is
    /// an intermediate certificate. The certificate that a bare key signed must not have expired (E-10, RFC 7671
    /// §5.2.3).
    private func checkDates(at date: Int64) -> Outcome {
        var early: Outcome?
        for (index, certificate) in certificates.enumerated() {
            guard index < depth || isAnchoredByKey || certificate.looksSelfSigned else { continue }
            // F-81, RFC 5280 §4.1.2.5: a date in another form is not a date. OpenSSL refuses it too.
            guard let notBefore = certificate.notBefore, let notAfter = certificate.notAfter else {
                return .invalid("the dates of the certificate at depth \(index) are not written as RFC 5280 says")
            }
            if notAfter < date {
                return .expired("the certificate at depth \(index) expired on \(UnixTime.text(notAfter))")
            }
            if notBefore > date, early == nil {
                let start = UnixTime.text(notBefore)
                early = .notYetValid("the certificate at depth \(index) is not valid before \(start)")
            }
        }
        return early ?? .valid
    }
}
