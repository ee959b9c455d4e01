import Certificates
import DANE
import DNSSEC
import Probe
import Support

/// What will have ended some days from now if nobody renews anything, for `danegate check --days`.
///
/// The inspection itself judges certificates for that day. This type looks at the signatures of the answers for which
/// the domain and its hosts are responsible. Signatures of the root and of parent zones are left out, because others
/// renew them. That is why the date of the validator itself is not changed.
package struct Foresight: Sendable {
    /// Something that ends.
    package struct Expiry: Sendable, Hashable {
        /// What it is: `signature` or `certificate`.
        package let what: String
        /// What it belongs to.
        package let subject: String
        /// Its last valid second, since 1970.
        package let at: Int64
    }

    /// The most hosts that are looked at.
    private static let hostLimit = 8

    package let resolver: any Resolving
    package let days: Int
    /// Seconds since 1970.
    package let now: Int64

    /// Makes one from its parts.
    package init(resolver: any Resolving, days: Int, now: Int64) {
        self.resolver = resolver
        self.days = days
        self.now = now
    }

    /// Looks ahead.
    ///
    /// - Returns: The inspection for that day, and what ends when, the soonest first.
    package func look(_ inspection: Inspection) async -> (Inspection, [Expiry]) {
        var found = Found()
        let destination = inspection.destination
        var broken: String?
        var isSecure = true
        if case .domain(let name) = destination.nextHop {
            isSecure = inspection.mxSecurity == .secure
            if isSecure {
                let signatures = take(await resolver.signatures(name, .mx), name, .mx, &found)
                broken = note(signatures, of: name.description, in: &found)
            }
        }
        var hosts: [InspectedHost] = []
        var isChanged = false
        for (index, host) in inspection.hosts.enumerated() {
            guard isSecure, index < Self.hostLimit, let name = DomainName(host.finding.name) else {
                hosts.append(host)
                continue
            }
            noteCertificates(host, in: &found)
            let signatures = await signatures(of: host, name, destination.port, in: &found)
            guard let why = note(signatures, of: host.finding.name, in: &found), host.finding.outcome.allowsDelivery
            else {
                hosts.append(host)
                continue
            }
            hosts.append(host.with(.dnssecInvalid, why))
            isChanged = true
        }
        var verdict = inspection.verdict
        // A verdict depends on more than the hosts. If no host will have changed, it stays as it is.
        if isChanged, verdict.outcome.allowsDelivery { verdict = Verdict(walking: hosts.map(\.finding)) }
        if let broken, verdict.outcome.allowsDelivery || verdict.outcome == .certificateExpired {
            verdict = Verdict(outcome: .dnssecInvalid, cause: broken)
        }
        let seen = Inspection(
            destination: destination, verdict: verdict, mxSecurity: inspection.mxSecurity, hosts: hosts,
            steps: inspection.steps + found.steps, lifetime: inspection.lifetime, elapsed: inspection.elapsed)
        var told: Set<Expiry> = []
        let expiries = found.expiries.filter { told.insert($0).inserted }
        return (seen, expiries.sorted { ($0.at, $0.subject) < ($1.at, $1.subject) })
    }

    /// What ends when, and the steps that say what ends too soon.
    private struct Found {
        var expiries: [Expiry] = []
        var steps: [InspectionStep] = []
    }

    private var then: Int64 { now + Int64(days) * 86_400 }

    private func signatures(
        of host: InspectedHost, _ name: DomainName, _ port: UInt16, in found: inout Found
    ) async -> [SignatureExpiry] {
        async let four = resolver.signatures(name, .a)
        async let six = resolver.signatures(name, .aaaa)
        let addresses = take(await four, name, .a, &found) + take(await six, name, .aaaa, &found)
        // D-33, RFC 7672 §2.2.2: with insecure addresses nobody looks up the records, unless an alias is secure.
        guard !addresses.isEmpty || !host.records.isEmpty, let owner = (host.base ?? name).tlsaOwner(port: port) else {
            return addresses
        }
        return addresses + take(await resolver.signatures(owner, .tlsa), owner, .tlsa, &found)
    }

    /// The signatures of an answer. Where they could not be found out, a step says so: what is not named may end too.
    private func take(
        _ answer: Answer<SignatureExpiry>, _ name: DomainName, _ type: SignedType, _ found: inout Found
    ) -> [SignatureExpiry] {
        let why: String
        switch answer {
        case .secure(let signed): return signed.records
        case .insecure: return []
        case .bogus(let reason): why = "\(reason)"
        case .failed(let failure): why = "\(failure)"
        }
        if days > 0, found.steps.count < 50 {
            let detail = "when the signature of the \(type.text) records of \(name) ends cannot be found out: \(why)"
            found.steps.append(
                InspectionStep(
                    kind: .expiry, subject: name.description, result: .warning, detail: detail, elapsed: .zero))
        }
        return []
    }

    /// Notes signatures.
    ///
    /// - Returns: The one of those that end too soon that ends first, as a sentence; nil if none does.
    private func note(_ signatures: [SignatureExpiry], of subject: String, in found: inout Found) -> String? {
        var first: String?
        for signature in signatures.sorted(by: { $0.time < $1.time }) {
            let expiry = Expiry(what: "signature", subject: signature.subject, at: signature.time)
            found.expiries.append(expiry)
            // Validators accept a signature for some time after its end. For the present day, the inspection has the
            // last word.
            guard days > 0, signature.time < then else { continue }
            let sentence = "the signature of \(signature.subject) expires \(when(signature.time))"
            first = first ?? sentence
            if found.steps.count < 50, !found.steps.contains(where: { $0.subject == subject && $0.detail == sentence })
            {
                found.steps.append(
                    InspectionStep(kind: .expiry, subject: subject, result: .failed, detail: sentence, elapsed: .zero))
            }
        }
        return first
    }

    /// Notes the certificates that hosts showed. The judgement says which of their dates matter.
    private func noteCertificates(_ host: InspectedHost, in found: inout Found) {
        let onlyEE = host.records.allSatisfy { $0.usage == TLSARecord.Usage.daneEE.rawValue }
        for address in host.addresses.prefix(8) {
            guard case .secured(let session) = address.report.end else { continue }
            for (depth, details) in session.chain.prefix(8).compactMap(CertificateDetails.init(der:)).enumerated() {
                let whose = depth == 0 ? "the certificate of \(host.finding.name)" : "the issuer \(details.subject)"
                let subject = PrintableText.of(whose.utf8, limit: 300)
                let expiry = Expiry(what: "certificate", subject: subject, at: details.notAfter)
                guard details.notAfter > 0, !found.expiries.contains(expiry) else { continue }
                found.expiries.append(expiry)
                guard details.notAfter < then else { continue }
                // D-44, RFC 7672 §3.1.1: the date of a certificate that a DANE-EE record matches does not matter.
                let detail =
                    "\(subject) ends \(when(details.notAfter))"
                    + (onlyEE ? "; under DANE-EE no client looks at that (RFC 7672 3.1.1)" : "")
                found.steps.append(
                    InspectionStep(
                        kind: .expiry, subject: host.finding.name, result: .warning, detail: detail, elapsed: .zero))
            }
        }
    }

    /// `2026-12-01 (in 8 days)`.
    private func when(_ time: Int64) -> String {
        let days = (time - now) / 86_400
        let span = time < now ? "over" : days == 0 ? "within a day" : days == 1 ? "in 1 day" : "in \(days) days"
        return "\(UnixTime.minute(time).prefix(10)) (\(span))"
    }
}

extension InspectedHost {
    /// The host with another outcome.
    fileprivate func with(_ outcome: Outcome, _ cause: String) -> InspectedHost {
        var host = self
        host.finding.outcome = outcome
        host.finding.cause = cause
        host.finding.isOurs = false
        return host
    }
}
