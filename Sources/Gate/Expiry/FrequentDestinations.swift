import Certificates
import DANE
import DNSSEC
package import Inspection
import Synchronization

/// The destinations with DANE that mail goes to again and again: when their certificates and signatures end, and
/// whether one of them has broken.
///
/// A verdict is renewed only while it is in use. So a destination that has been inspected several times is a frequent
/// one. New ones have places of their own, so that a flood of them displaces none that is frequent.
package final class FrequentDestinations: InspectionJournal {
    /// What is known of a destination.
    struct Entry: Sendable {
        /// How many times it has been inspected.
        var looks = 0
        /// When that was last, and when it was last in order.
        var last: ContinuousClock.Instant
        var good: ContinuousClock.Instant
        /// Whose signatures count.
        var owners: [DomainName] = []
        var isSigned = false
        /// The end of the first certificate whose date matters; nil if unknown, or if no client looks at it.
        var certificateEnd: ExpiryEnd?
        var signatures = SignatureEnds()
        /// When its signatures were looked up.
        var lookedUp: ContinuousClock.Instant?
        /// The day, since 1970, when the log last named it.
        var toldDay: Int64?

        /// The first end of what a series is about.
        ///
        /// - Parameter now: Seconds since 1970.
        func end(of what: Ending, at now: Int64) -> ExpiryEnd? {
            switch what {
            case .certificate: certificateEnd
            case .signature: signatures.first(at: now)
            }
        }
    }

    /// What ends. The raw values are those of the label `what`.
    package enum Ending: String, Sendable, CaseIterable {
        case certificate, signature
    }

    /// The most destinations that are frequent, and the most others.
    static let limit = 1000
    /// From so many inspections on, a destination is frequent.
    static let frequent = 3
    /// How long a destination is remembered that no mail goes to.
    static let memory = Duration.seconds(7 * 86_400)
    /// The time between two looks at the signatures of a destination.
    static let pause = Duration.seconds(3600)
    /// The most hosts of a destination that are looked at.
    private static let hostLimit = 4

    private struct State {
        var frequent: [Destination: Entry] = [:]
        var others: [Destination: Entry] = [:]
    }

    private let judgesExpiredEE: Bool
    private let state = Mutex(State())

    /// None is known yet.
    ///
    /// - Parameter expiredEE: What an expired certificate means that a DANE-EE record matches.
    package init(expiredEE: ExpiredEE) { judgesExpiredEE = expiredEE == .fail }

    /// Takes in an inspection. It enters a destination that DANE protects, and notes that a known one was looked at.
    package func ended(_ inspection: Inspection, demandingDANE: Bool) {
        note(inspection, at: .now)
    }

    func note(_ inspection: Inspection, at now: ContinuousClock.Instant) {
        let destination = inspection.destination
        let isGood = inspection.verdict.outcome.satisfiesDANE
        let isKnown = state.withLock { $0.frequent[destination] != nil || $0.others[destination] != nil }
        guard isGood || isKnown else { return }
        let certificate = isGood ? certificateEnd(inspection) : nil
        state.withLock { state in
            var entry =
                state.frequent.removeValue(forKey: destination) ?? state.others.removeValue(forKey: destination)
                ?? Entry(last: now, good: now)
            entry.looks += 1
            entry.last = now
            if isGood {
                entry.good = now
                entry.owners = inspection.hosts.prefix(Self.hostLimit).compactMap(\.base)
                entry.isSigned = inspection.mxSecurity == .secure
                // A kept report may have been seen by an earlier inspection already; its dates are the same.
                entry.certificateEnd = certificate
            }
            if entry.looks >= Self.frequent {
                Self.put(entry, destination, in: &state.frequent)
            } else {
                Self.put(entry, destination, in: &state.others)
            }
        }
    }

    private static func put(
        _ entry: Entry, _ destination: Destination, in entries: inout [Destination: Entry]
    ) {
        if entries.count >= limit, let oldest = entries.min(by: { $0.value.last < $1.value.last }) {
            entries[oldest.key] = nil
        }
        entries[destination] = entry
    }

    /// The frequent destinations.
    func all(at now: ContinuousClock.Instant = .now) -> [Destination: Entry] {
        state.withLock { state in
            state.frequent = state.frequent.filter { now - $0.value.last <= Self.memory }
            return state.frequent
        }
    }

    /// The frequent destination whose signatures were looked up longest ago, at least an hour; nil if none is due.
    func next(at now: ContinuousClock.Instant = .now) -> (Destination, Entry)? {
        state.withLock { state in
            // Those that were never looked up come first.
            let new = state.frequent.first { $0.value.lookedUp == nil }
            let found = new ?? state.frequent.min { ($0.value.lookedUp ?? now) < ($1.value.lookedUp ?? now) }
            guard let found, found.value.lookedUp.map({ now - $0 >= Self.pause }) ?? true else { return nil }
            state.frequent[found.key]?.lookedUp = now
            return (found.key, found.value)
        }
    }

    /// Notes what a look at the signatures of a destination has found.
    func note(_ destination: Destination, _ answers: [SignatureEnds.Question: Answer<SignatureExpiry>]) {
        state.withLock { $0.frequent[destination]?.signatures.take(answers) }
    }

    /// What of a destination ends, and when.
    ///
    /// - Parameter now: Seconds since 1970.
    func ends(of destination: Destination, at now: Int64) -> [(what: Ending, end: ExpiryEnd)] {
        let entry = state.withLock { $0.frequent[destination] }
        return Ending.allCases.compactMap { what in entry?.end(of: what, at: now).map { (what, $0) } }
    }

    /// What of all of them ends soonest, for the page.
    ///
    /// - Parameters:
    ///   - limit: The most ends that are told. What several destinations share is told once.
    ///   - now: Seconds since 1970.
    /// - Returns: How many destinations are frequent, at how many of them nobody has looked yet, and the ends, the
    ///   soonest first.
    package func soonest(
        atMost limit: Int, at now: Int64
    ) -> (destinations: Int, waiting: Int, ends: [(what: Ending, end: ExpiryEnd)]) {
        let all = all()
        var ends: [(what: Ending, end: ExpiryEnd)] = []
        for what in Ending.allCases {
            ends += Set(all.values.compactMap { $0.end(of: what, at: now) }).map { (what, $0) }
        }
        ends.sort { ($0.end.time, $0.end.subject) < ($1.end.time, $1.end.subject) }
        return (all.count, all.values.count { $0.lookedUp == nil }, Array(ends.prefix(limit)))
    }

    /// Notes that the log names a destination.
    ///
    /// - Returns: Whether it has not named it on this day.
    func claimTold(_ destination: Destination, day: Int64) -> Bool {
        state.withLock { state in
            guard let entry = state.frequent[destination], entry.toldDay != day else { return false }
            state.frequent[destination]?.toldDay = day
            return true
        }
    }

    /// When the first certificate ends whose date matters: of a chain that a DANE-TA record anchors, or, if the
    /// settings say so, of a host whose record names the certificate itself (D-44, RFC 7672 §3.1.1).
    private func certificateEnd(_ inspection: Inspection) -> ExpiryEnd? {
        var ends: [ExpiryEnd] = []
        for host in inspection.hosts.prefix(Self.hostLimit) {
            for address in host.addresses.prefix(4) {
                // What another host has seen ends as well.
                if case .foreign(let foreign) = address.report.end, let end = foreign.end {
                    ends.append(ExpiryEnd(subject: host.finding.name, time: end))
                }
                guard case .secured(let session) = address.report.end,
                    case .authenticated(let index, let depth) = address.judgement?.finding,
                    host.records.indices.contains(index)
                else { continue }
                let isEE = host.records[index].usage == TLSARecord.Usage.daneEE.rawValue
                guard !isEE || judgesExpiredEE else { continue }
                ends += session.chain.prefix(depth + 1).compactMap(CertificateDetails.init(der:)).map(\.notAfter)
                    .filter { $0 > 0 }.map { ExpiryEnd(subject: host.finding.name, time: $0) }
            }
        }
        return ends.min { $0.time < $1.time }
    }
}
