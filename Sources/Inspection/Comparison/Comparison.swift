import Certificates
import DANE
import Probe
import Support

/// The analyzer's further connections to hosts with TLSA records, which show what a single one does not (F-09, F-10,
/// F-57, F-61).
///
/// There may be several machines behind an address, one of them with an old certificate. A host may have an RSA and an
/// ECDSA certificate, and a TLSA record for only one of them. It may need SNI to show the right one. There are at most
/// three more connections per address. The outcome stays that of an ordinary client, and a difference makes it
/// degraded. If a host shows another certificate without SNI, that is only noted, because a DANE client sends the name
/// (D-61, D-62, RFC 7672 §8.1).
package struct Comparison: Sendable {
    /// Makes connections that no other look at the host has used.
    package let prober: any Probing
    package let expiredEE: ExpiredEE
    /// Seconds since 1970, for the dates of certificates.
    package let now: @Sendable () -> Int64

    /// Makes one from its parts.
    package init(prober: any Probing, expiredEE: ExpiredEE, now: @escaping @Sendable () -> Int64) {
        self.prober = prober
        self.expiredEE = expiredEE
        self.now = now
    }

    /// Compares the connections.
    ///
    /// - Parameter inspection: A complete one. Addresses about which nothing is known are skipped.
    /// - Returns: The inspection with what was seen. After a cancellation, it contains what was seen until then.
    package func compare(_ inspection: Inspection) async -> Inspection {
        let began = ContinuousClock.now
        let slots = AsyncSlots(Inspector.probesAtOnce)
        let port = inspection.destination.port
        let hosts = await withTaskGroup(of: (Int, InspectedHost, [InspectionStep]).self) { group in
            for (index, host) in inspection.hosts.enumerated() {
                group.addTask {
                    let (compared, steps) = await compare(host, port, slots)
                    return (index, compared, steps)
                }
            }
            return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }
        }
        return inspection.with(hosts.map(\.1), hosts.flatMap(\.2), elapsed: .now - began)
    }

    private func compare(
        _ host: InspectedHost, _ port: UInt16, _ slots: AsyncSlots
    ) async -> (InspectedHost, [InspectionStep]) {
        guard let references = host.references else { return (host, []) }
        let judge = ConnectionJudge(records: host.records, references: references, expiredEE: expiredEE, now: now)
        let results = await withTaskGroup(of: (Int, InspectedAddress, InspectionStep?).self) { group in
            for (index, address) in host.addresses.enumerated() {
                group.addTask {
                    await slots.withSlot {
                        var round = Round(address, judge: judge, port: port, prober: prober)
                        await round.run()
                        return (index, round.result, round.step(of: host.finding.name))
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }
        }
        let steps = results.compactMap(\.2)
        return (host.with(results.map(\.1), steps), steps)
    }
}

/// The further connections to one address.
private struct Round {
    let address: InspectedAddress
    let judge: ConnectionJudge
    let port: UInt16
    let prober: any Probing

    private var further: [InspectedConnection] = []
    private var hints: [String] = []
    private var isDegraded = false
    private let began = ContinuousClock.now

    init(_ address: InspectedAddress, judge: ConnectionJudge, port: UInt16, prober: any Probing) {
        self.address = address
        self.judge = judge
        self.port = port
        self.prober = prober
    }

    mutating func run() async {
        // If two connections have already shown a difference, a third one is not needed. If nothing is known, there is
        // nothing to compare.
        guard !address.decisive.outcome.isDoubt, !address.finding.isDegraded else { return }
        let name = judge.references.names[0]
        if !address.connections.contains(where: { $0.purpose == .again }) {
            guard let again = await connect(.again, serverName: name) else { return }
            guard !differs(again) else { return }
        }
        guard let leaf = address.decisive.leaf else { return }
        // F-09, F-57: the certificate of the other kind, if there is one.
        let isRSA = CertificateDetails(der: leaf)?.keyAlgorithm.hasPrefix("RSA") == true
        guard let other = await connect(isRSA ? .ecdsaOnly : .rsaOnly, serverName: name) else { return }
        if other.leaf != nil, other.leaf != leaf { _ = differs(other) }
        // D-62, RFC 7672 §8.1; F-10: without SNI.
        if !name.isRoot, !name.looksLikeAddress { _ = await connect(.withoutName, serverName: .root) }
    }

    /// Makes a connection; nil if there is no time left.
    private mutating func connect(
        _ purpose: InspectedConnection.Purpose, serverName: DomainName
    ) async -> InspectedConnection? {
        // A cancellation does not end a probe that others may wait for too. After it, no new one begins.
        guard !Task.isCancelled else { return nil }
        let offer: CertificateOffer =
            switch purpose {
            case .rsaOnly: .rsaOnly
            case .ecdsaOnly: .ecdsaOnly
            case .first, .again, .withoutName: .any
            }
        let asked = ContinuousClock.now
        let target = ProbeTarget(
            address: address.finding.address, port: port, serverName: serverName, offer: offer)
        let report = await prober.probe(target, publishing: judge.records)
        guard !Task.isCancelled else { return nil }
        let connection = judge.judge(report, for: purpose, asked: asked)
        further.append(connection)
        return connection
    }

    /// Whether a connection differs from the deciding one. If so, the difference is noted.
    private mutating func differs(_ connection: InspectedConnection) -> Bool {
        let whose = connection.purpose.words
        if address.decisive.outcome.allowsDelivery, connection.provesFault {
            isDegraded = true
            hints.append("but \(whose) fails: \(connection.cause)")
            return true
        }
        if !address.decisive.outcome.allowsDelivery, connection.outcome.allowsDelivery {
            hints.append("but \(whose) passes: \(connection.cause)")
            return true
        }
        return false
    }

    /// The address with what was seen.
    var result: InspectedAddress {
        let cause = hints.isEmpty ? nil : ([address.finding.cause] + hints).joined(separator: "; ")
        return address.with(address.connections + further, cause: cause, degraded: isDegraded)
    }

    /// What was done, as a step; nil if nothing was.
    func step(of host: String) -> InspectionStep? {
        guard !further.isEmpty else { return nil }
        let seen = further.map { "\($0.purpose.words): \($0.compared(with: address.decisive))" }
        return InspectionStep(
            kind: .comparison, subject: host, result: hints.isEmpty ? .ok : .warning,
            detail: "\(address.finding.address): \(seen.joined(separator: "; "))", elapsed: .now - began)
    }
}

extension InspectedConnection {
    /// The result of a connection compared with the deciding one, in a few words.
    fileprivate func compared(with decisive: InspectedConnection) -> String {
        guard let leaf else {
            return outcome == .tlsFailed && purpose.isOffer ? "no such certificate" : "\(outcome.rawValue), \(cause)"
        }
        return leaf == decisive.leaf ? "the same certificate" : "another certificate, \(outcome.rawValue)"
    }
}

extension InspectedConnection.Purpose {
    /// Whether the connection accepts only one kind of certificate.
    package var isOffer: Bool { self == .rsaOnly || self == .ecdsaOnly }

    /// The purpose in words.
    package var words: String {
        switch self {
        case .first: "the first connection"
        case .again: "another connection"
        case .rsaOnly: "a client that takes RSA certificates alone"
        case .ecdsaOnly: "a client that takes ECDSA certificates alone"
        case .withoutName: "a client without SNI"
        }
    }
}
