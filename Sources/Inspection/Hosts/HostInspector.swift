package import Certificates
package import DANE
import DNSSEC
import Probe
import Support

/// Judges one host (rows V6 to V13 of the decision table, RFC 7672 §2.2.2 and §2.2.3).
struct HostInspector {
    /// A host to be judged.
    struct Subject: Sendable {
        /// Its name.
        let name: DomainName
        /// Its MX preference.
        let preference: UInt16
        /// The next-hop domain and its CNAME expansion, if the way from there to the host is secure.
        let nextHop: DomainName?
        let expandedNextHop: DomainName?
    }

    let resolver: any Resolving
    /// nil if the probe is switched off.
    let prober: (any Probing)?
    /// Limits how many hosts are connected to at once.
    let slots: AsyncSlots
    let port: UInt16
    let expiredEE: ExpiredEE
    /// Whether to look at every address, for the analyzer. The gate stops where a delivering client would.
    let isComplete: Bool
    /// Seconds since 1970, for the dates of certificates.
    let now: @Sendable () -> Int64
    /// How many seconds after the present certificates are judged for.
    var ahead: Int64 = 0

    /// What the DNS says about a host.
    enum Resolved: Sendable {
        /// The host is judged. There is nothing to connect to, or the probe is off.
        case ended(InspectedHost)
        /// The host has secure TLSA records, and must be connected to.
        case ready(Ready)
    }

    /// A host with secure TLSA records.
    struct Ready: Sendable {
        /// Its addresses, in the order in which to try them.
        let addresses: [IPAddress]
        fileprivate let subject: Subject
        fileprivate let records: [TLSARecord]
        fileprivate let references: ReferenceIdentifiers
        fileprivate let lifetime: Duration
        fileprivate let trail: Trail
    }

    /// Looks up a host. It makes no connection.
    ///
    /// - Parameter isSecure: Whether the MX record is secure.
    func resolve(_ subject: Subject, isSecure: Bool) async -> Resolved {
        // D-30, RFC 7672 §2.2.1: with a secure MX RRset, each host is judged by its own records.
        isSecure ? await resolve(subject) : .ended(await inspectInsecure(subject))
    }

    /// Looks up a host whose MX records are secure.
    private func resolve(_ subject: Subject) async -> Resolved {
        var trail = Trail(subject: subject.name.description)
        if let address = named(subject, &trail) { return .ended(address) }
        // D-32, RFC 7672 §2.2.2: the addresses before the TLSA records.
        let addresses = await HostAddresses.look(up: subject.name, resolver)
        let known: HostAddresses.Known
        switch addresses {
        // V6; D-08, D-35, RFC 7672 §2.1.2, §2.2.2: this host is skipped, and others count.
        case .bogus(let why):
            trail.add(.address, .failed, why.step(at: now()))
            return .ended(
                host(subject, .dnssecInvalid, because: why.cause(for: "its address records", at: now()), trail))
        case .failed(let why):
            trail.add(.address, .failed, "no answer: \(why)")
            return .ended(
                host(
                    subject, .dnsUnavailable, because: "its address could not be looked up: \(why)", trail,
                    isOurs: why.isOurs))
        // V7; D-34, RFC 7672 §2.2.2.
        case .none(let why, let lifetime):
            trail.add(.address, .failed, why)
            return .ended(host(subject, .noMailHost, because: why, trail, lifetime: lifetime))
        case .known(let found):
            let alias = found.canonicalName.map { ", an alias of \($0)" } ?? ""
            let list = found.addresses.map(\.description).joined(separator: " ")
            trail.add(.address, .ok, "\(found.isSecure ? "secure" : "insecure")\(alias): \(list)")
            if found.canonicalName != nil, subject.name != subject.nextHop {
                // S-07, RFC 5321 §5.1, RFC 2181 §10.3; F-39: MTAs deliver nevertheless. D-36, RFC 7672 §2.2.2 says how.
                trail.add(.address, .warning, "an MX record should not name an alias (RFC 2181 10.3)")
            }
            known = found
        }
        switch await TLSALookup(resolver: resolver, port: port).search(subject.name, known) {
        // V12; D-10, D-19, D-67, RFC 7672 §2.1.2, §2.2, §10; T-06, RFC 6698 §4.1; F-20, F-26: no connection.
        case .bogus(let why):
            trail.add(.tlsa, .failed, why.step(at: now()))
            return .ended(host(subject, .dnssecInvalid, because: why.cause(for: "its TLSA records", at: now()), trail))
        // V12; D-06, D-10, D-67, RFC 7672 §2.1.1, §2.1.2, §10; F-23, F-40: a failed lookup is not "no records".
        case .failed(let why):
            trail.add(.tlsa, .failed, "no answer: \(why)")
            return .ended(
                host(
                    subject, .dnsUnavailable, because: "its TLSA records could not be looked up: \(why)", trail,
                    isOurs: why.isOurs))
        // V13; D-18, RFC 7672 §2.2; F-32: no DANE.
        case .none(let why, let lifetime):
            trail.add(.tlsa, .ok, why)
            let kept = min(known.lifetime, lifetime ?? known.lifetime)
            return .ended(host(subject, .opportunistic, because: why, trail, lifetime: kept))
        // D-09, RFC 7672 §2.1.2.
        case .records(let records, let base, let lifetime):
            let list = records.map(\.presentation).joined(separator: ", ")
            trail.add(.tlsa, .ok, "secure, at \(base): \(String(list.prefix(600)))")
            let ready = Ready(
                addresses: known.addresses, subject: subject, records: records,
                references: ReferenceIdentifiers(
                    base: base, nextHop: subject.nextHop, expandedNextHop: subject.expandedNextHop),
                lifetime: min(known.lifetime, lifetime), trail: trail)
            return prober == nil ? .ended(await connect(ready)) : .ready(ready)
        }
    }

    /// Judges a host whose MX records are insecure (V5; D-55, RFC 7672 §3.2.2): DANE does not
    /// apply. What matters is whether the host exists, and whether its TLSA records would crash an MTA that looks them
    /// up nevertheless.
    private func inspectInsecure(_ subject: Subject) async -> InspectedHost {
        var trail = Trail(subject: subject.name.description)
        if let address = named(subject, &trail) { return address }
        let addresses = await HostAddresses.look(up: subject.name, resolver)
        if case .none(let why, let lifetime) = addresses {
            trail.add(.address, .failed, why)
            return host(subject, .noMailHost, because: why, trail, lifetime: lifetime)
        }
        trail.add(.address, .ok, "not judged: the way to the host is insecure")
        let cause = "its MX records are insecure"
        guard case .known(let known) = addresses else { return host(subject, .opportunistic, because: cause, trail) }
        // D-27, RFC 7672 §2.2.1: TLSA records may be used here, and are not, whatever they say.
        guard let (base, lifetime) = await hazardousBase(subject.name, known) else {
            // D-29, RFC 7672 §2.2.1; F-33: this is never a secure delivery.
            return host(subject, .opportunistic, because: cause, trail, lifetime: known.lifetime)
        }
        trail.add(.tlsa, .warning, "a secure record at \(base) has no data")
        // The verdict holds mail back only as long as an MTA may still have the record in a cache.
        return host(
            subject, .opportunistic, because: cause, trail, lifetime: min(known.lifetime, lifetime),
            hazards: [TLSARecord.hazard(at: base.description)])
    }

    /// The TLSA base domain with a record that crashes an MTA, behind insecure MX records, and how long its records may
    /// be kept.
    ///
    /// RFC 7672 §2.2.1 allows a client to look up a host's TLSA records in that case, and Postfix does by
    /// default (`smtp_tls_dane_insecure_mx_policy`). Nothing else depends on them, so it does not matter if the lookup
    /// fails or is slow.
    private func hazardousBase(
        _ name: DomainName, _ known: HostAddresses.Known
    ) async -> (base: DomainName, lifetime: Duration)? {
        let lookup = TLSALookup(resolver: resolver, port: port)
        let result = await Deadline.run(.milliseconds(1500)) { await lookup.search(name, known) }
        guard case .records(let records, let base, let lifetime) = result, records.contains(where: \.isHazard) else {
            return nil
        }
        return (base, lifetime)
    }

    /// Judges a host whose name is an address.
    ///
    /// DANE does not apply to an address (D-21, RFC 7672 §2.2; F-39). As an MX target it is an error of the domain, but
    /// MTAs deliver.
    private func named(_ subject: Subject, _ trail: inout Trail) -> InspectedHost? {
        guard subject.name.looksLikeAddress else { return nil }
        trail.add(.address, .warning, "an MX record must name a host, not an address")
        return host(
            subject, .opportunistic, because: "the MX record holds an address, to which DANE does not apply", trail)
    }

    private func host(
        _ subject: Subject, _ outcome: Outcome, because cause: String, _ trail: Trail, lifetime: Duration? = nil,
        hazards: [String] = [], isOurs: Bool = false
    ) -> InspectedHost {
        InspectedHost(
            finding: HostFinding(
                name: subject.name.description, preference: subject.preference, outcome: outcome, cause: cause,
                hazards: hazards, isOurs: isOurs),
            references: nil, records: [], addresses: [], steps: trail.steps, lifetime: lifetime)
    }

    /// Connects to each address of a host with secure TLSA records, and judges each connection (rows V14 to V19).
    func connect(_ host: Ready) async -> InspectedHost {
        var trail = host.trail
        let isHazardous = host.records.contains(where: \.isHazard)
        let hazards = isHazardous ? [TLSARecord.hazard(at: host.references.names[0].description)] : []
        var inspected: [InspectedAddress] = []
        if let prober {
            inspected = await AddressRace(addresses: host.addresses, isComplete: isComplete).run {
                await inspect($0, of: host, by: prober)
            }
        }
        for address in inspected {
            let outcome = address.finding.outcome
            // A connection that was not made has shown nothing, and mail is let through all the same.
            let went: InspectionStep.Result =
                outcome == .unprobed ? .warning : outcome.allowsDelivery ? .ok : .failed
            trail.add(
                address.judgement == nil ? .probe : .certificate, went,
                "\(address.finding.address): \(address.finding.cause)")
        }
        let unprobed = HostFinding(
            name: host.subject.name.description, preference: host.subject.preference, outcome: .unprobed,
            cause: "TLSA records are present; the probe is off", hazards: hazards)
        return InspectedHost(
            finding: unprobed, references: host.references, records: host.records, addresses: [], steps: trail.steps,
            lifetime: host.lifetime
        ).with(inspected)
    }

    private func inspect(
        _ address: IPAddress, of host: Ready, by prober: any Probing
    ) async -> InspectedAddress {
        let asked = ContinuousClock.now
        // D-38, D-61, RFC 7672 §2.2.3, §8.1: the real port, and the TLSA base domain as SNI.
        let target = ProbeTarget(address: address, port: port, serverName: host.references.names[0])
        let report = await slots.withSlot { await prober.probe(target, publishing: host.records) }
        let judge = ConnectionJudge(
            records: host.records, references: host.references, expiredEE: expiredEE,
            now: { [now, ahead] in now() + ahead })
        let connection = judge.judge(report, for: .first, asked: asked)
        if connection.isProbed, connection.outcome == .verified { prober.vouch(for: target, publishing: host.records) }
        return InspectedAddress(address, connection)
    }
}

extension CertificateJudgement {
    /// The outcome of a host whose certificate was judged like this.
    package func outcome(_ records: [TLSARecord], _ expiredEE: ExpiredEE) -> Outcome {
        // F-74: what we cannot judge, or have not looked at, proves nothing about the host.
        if isDoubtful { return .unreachable }
        switch finding {
        // V17, V18; D-16, RFC 7672 §2.2.
        case .authenticated(let record, _):
            // D-44, RFC 7672 §3.1.1; F-08: under DANE-EE the date is ignored. Exchange Online's 5.7.322 may not ignore
            // it, so there is a setting.
            let isEE = records.indices.contains(record) && records[record].usage == TLSARecord.Usage.daneEE.rawValue
            return isEE && isLeafExpired && expiredEE == .fail ? .certificateExpired : .verified
        // V15; D-17, RFC 7672 §2.2; E-21, RFC 7671 §10.3; F-14.
        case .noUsableRecords: return .encrypted
        // V19; D-51, RFC 7672 §3.2; F-13.
        case .noMatch: return .tlsaInvalid
        // E-07, RFC 7671 §5.2; F-07.
        case .expired: return .certificateExpired
        // D-53, RFC 7672 §3.2.2; F-06.
        case .nameMismatch: return .certificateHostMismatch
        }
    }
}
