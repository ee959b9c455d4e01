import Support

/// A chain from the server's certificate to a trust anchor, each the issuer of the one before by name; and its
/// validation (RFC 5280 §6.1).
///
/// The anchor is a certificate, or a bare key. Of an anchor's certificate RFC 5280 §6.1.1 (d) takes name and key alone.
/// Like OpenSSL, by which Postfix and others deliver, this holds the path to what the certificate says beyond them: its
/// constraints, its purpose, and its dates if it is a root. Revocation is not looked at, nor are policies (see
/// `CertificateExtensions`).
struct CertificationPath {
    /// What validation found; the texts are parts of a sentence.
    enum Outcome: Hashable {
        /// A signature, a constraint or the like is not in order.
        case invalid(String)
        /// A certificate is not valid yet.
        case notYetValid(String)
        /// A certificate has expired.
        case expired(String)
        /// Nothing is known to be wrong, and something cannot be told, since GnuTLS does not know a key or an
        /// algorithm.
        case undecided(String)
        /// There are more names and constraints than are compared.
        case tooMuch(String)
        /// Everything but the reference names is in order.
        case valid
    }

    /// The certificates: the server's first, the anchor's last. At least one.
    let certificates: [X509Certificate]
    /// Whether the anchor is a bare key that has signed the last certificate, which so is an ordinary one.
    let isAnchoredByKey: Bool

    /// How many links above the server's certificate the last one stands.
    var depth: Int { certificates.count - 1 }

    /// Validates the path as of a date (RFC 6698 §2.1.1, RFC 7671 §5.2): what each certificate may do, names,
    /// signatures, then dates.
    ///
    /// - Parameters:
    ///   - date: Seconds since 1970.
    ///   - comparisons: How many names may still be held to constraints in this judgement.
    func validate(at date: Int64, comparisons: inout Int) -> Outcome {
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

    /// How a sentence speaks of a certificate.
    private static func name(_ depth: Int) -> String {
        depth == 0 ? "the server's certificate" : "the certificate at depth \(depth)"
    }

    /// What each certificate says of itself.
    private var extensionFault: String? {
        for (depth, certificate) in certificates.enumerated() {
            let name = Self.name(depth)
            let extensions = certificate.extensions
            // RFC 5280 §4.2: one that is known must be processed, and cannot be.
            if extensions.isMalformed { return "an extension of \(name) is malformed or repeated" }
            // RFC 5280 §6.1.4 (o), §6.1.5 (e).
            if let type = extensions.unknownCritical { return "a critical extension of \(name) is not known (\(type))" }
            // RFC 3820 §4: only where it is asked for.
            if extensions.isProxy { return "\(name) is a proxy certificate" }
            if depth > 0 {
                // RFC 5280 §6.1.4 (k) and (n).
                guard certificate.mayIssue(asAnchor: depth == self.depth && !isAnchoredByKey) else {
                    return "an issuer is not a CA (\(name))"
                }
            } else if !certificate.hasServerKey {
                // RFC 8446 §4.4.2.2: the key must be one that TLS can use.
                return "\(name) is not meant for servers by its key usage"
            }
            // RFC 5280 §4.2.1.12; the anchor is held to it too (RFC 7672 §3.1.2).
            guard certificate.isMeantForServers else { return "\(name) is not meant for servers" }
            // RFC 5480 §2.1.1.
            if self.depth > 0, certificate.hasExplicitCurve { return "the key of \(name) is on a curve without a name" }
        }
        return nil
    }

    /// RFC 5280 §6.1.4 (l) and (m), §4.2.1.9: how many certificates that are not self-issued stand between an issuer
    /// and the server's.
    private var pathLengthFault: String? {
        var below = 0
        for (depth, certificate) in certificates.enumerated().dropFirst() {
            if let limit = certificate.extensions.basicConstraints?.pathLength, below > limit {
                return
                    "a path length constraint is violated: more than \(limit) CA certificates stand below depth \(depth)"
            }
            if !certificate.isSelfIssued { below += 1 }
        }
        return nil
    }

    /// Keys that are known to be too weak, or absurd. Of those that GnuTLS does not know nothing is said here.
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

    /// RFC 5280 §6.1.3 (b) and (c): each certificate that is not self-issued, and the server's, is held to the
    /// constraints of all above it, of the anchor too.
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

    /// RFC 5280 §6.1.3 (a) (1): each certificate below the anchor's is signed by the key of the next. A bare key's
    /// signature was checked when it was found.
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

    /// A critical extension that other libraries process.
    private var unprocessed: String? {
        certificates.enumerated().lazy.compactMap { depth, certificate in
            certificate.extensions.unprocessedCritical.map {
                "a critical extension of \(Self.name(depth)) is not processed by danegate (\($0))"
            }
        }.first
    }

    /// RFC 5280 §6.1.3 (a) (2). §6.1.1: the anchor's dates are not part of validation. Like OpenSSL and Postfix, which
    /// senders run, they count if the anchor is self-signed, and do not if it is an intermediate certificate. RFC 7671
    /// §5.2.3: the certificate that a bare key has signed must not have expired.
    private func checkDates(at date: Int64) -> Outcome {
        var early: Outcome?
        for (index, certificate) in certificates.enumerated() {
            guard index < depth || isAnchoredByKey || certificate.looksSelfSigned else { continue }
            // RFC 5280 §4.1.2.5: a date of another form is none, and OpenSSL refuses it.
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
