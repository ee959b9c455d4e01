import DANE
import Probe

/// The walk of one look through the MX hosts of a destination, in the order of a delivering client and within the
/// look's limits.
///
/// Hosts are tried by preference, and a protected host of lower preference never comes before a better one (D-23, RFC
/// 7672 §2.2.1). Hosts of equal preference are judged together (D-24). If one of them may be used, the hosts of lower
/// preference do not matter, because a client does not go there. The DNS comes first, because it costs no connection;
/// then the hosts with TLSA records are connected to.
struct HostWalk {
    let inspector: HostInspector
    /// Makes the connections and counts them; nil if the probe is switched off.
    let prober: LookProber?
    let limits: LookLimits
    /// Whether to look at every host, for the analyzer.
    let isComplete: Bool
    /// Whether the way to the hosts is secure.
    let isSecure: Bool
    /// The hosts in order.
    let subjects: [HostInspector.Subject]
    /// How far the walk has come.
    private(set) var progress: WalkProgress

    private var judged: [(index: Int, host: InspectedHost)] = []
    /// What the DNS says about hosts that are not judged yet.
    private var resolved: [Int: HostInspector.Resolved] = [:]
    private var lookedUp = 0
    /// How many of these lookups failed.
    private var failed = 0
    /// Whether there was no slot for a connection that this look needed.
    private var isCrowded = false
    /// The addresses that this look has connected to.
    private var tried: Set<IPAddress> = []
    /// How many hosts are looked up at once. It grows as long as none of the hosts so far may be used.
    private var width = 1

    /// A walk that continues where the previous look stopped.
    init(
        _ subjects: [HostInspector.Subject], isSecure: Bool, from progress: WalkProgress, inspector: HostInspector,
        prober: LookProber?, limits: LookLimits, isComplete: Bool
    ) {
        self.subjects = subjects
        self.isSecure = isSecure
        self.progress = progress
        self.inspector = inspector
        self.prober = prober
        self.limits = limits
        self.isComplete = isComplete
    }

    /// The hosts that this look has judged, in order.
    var hosts: [InspectedHost] { judged.sorted { $0.index < $1.index }.map(\.host) }

    /// Walks until a host decides, all hosts have been seen, a limit is reached or the task is cancelled.
    ///
    /// What a cancelled task saw is in `hosts`, but does not count as seen. The next look repeats it.
    mutating func run() async {
        var start = 0
        while start < subjects.count {
            let end = subjects[start...].firstIndex { $0.preference != subjects[start].preference } ?? subjects.count
            var unseen = (start..<end).filter { !progress.hasSeen($0) }[...]
            while !unseen.isEmpty {
                let chunk = Array(unseen.prefix(LookLimits.together))
                unseen = unseen.dropFirst(chunk.count)
                let isThrough = await look(at: chunk)
                // D-23, RFC 7672 §2.2.1: no host after these is tried before one of them.
                if !isComplete, judged.contains(where: { $0.host.finding.outcome.allowsDelivery }) {
                    progress.finish()
                    return
                }
                guard isThrough else { return }
            }
            // A host that a client would try first may be good, so the hosts after it do not decide.
            guard !isCrowded || isComplete else { return }
            start = end
        }
        guard !isCrowded else { return }
        progress.finish()
    }

    /// Judges hosts of one preference.
    ///
    /// - Returns: Whether all of them were seen.
    private mutating func look(at chunk: [Int]) async -> Bool {
        await lookUp(chunk)
        var isThrough = true
        var ready: [(index: Int, host: HostInspector.Ready)] = []
        for index in chunk {
            switch resolved.removeValue(forKey: index) {
            case .ended(let host): take(host, index)
            case .ready(let host): ready.append((index, host))
            case nil: isThrough = false
            }
        }
        while !ready.isEmpty, !Task.isCancelled {
            let batch = nextBatch(&ready)
            guard !batch.isEmpty else { break }
            for (index, host) in await connect(batch) { take(host, index) }
        }
        return isThrough && ready.isEmpty && !Task.isCancelled
    }

    private mutating func take(_ host: InspectedHost, _ index: Int) {
        judged.append((index, host))
        guard !Task.isCancelled else { return }
        // F-120: a host for which there was no slot has not been seen.
        guard !host.isCrowded else { return isCrowded = true }
        progress.note(index, host)
        if let prober { progress.dead = prober.dead }
    }

    // MARK: The DNS

    /// Looks up hosts as far as the limits allow, and as many after them as may be needed next.
    private mutating func lookUp(_ chunk: [Int]) async {
        guard let from = chunk.first(where: { resolved[$0] == nil }) else { return }
        let count = min(max(chunk.count, width), limits.hosts - lookedUp)
        width = min(width * 2, LookLimits.together)
        let wanted = (from..<subjects.count).lazy.filter { [resolved, progress] in
            resolved[$0] == nil && !progress.hasSeen($0)
        }
        var indices = Array(wanted.prefix(max(0, count)))[...]
        let inspector = inspector
        let isSecure = isSecure
        let subjects = subjects
        await withTaskGroup(of: (Int, HostInspector.Resolved).self) { group in
            var underWay = 0
            repeat {
                // F-112: lookups that fail are the expensive ones, so their number is limited.
                while failed + underWay < limits.failures, let index = indices.popFirst() {
                    underWay += 1
                    lookedUp += 1
                    group.addTask { (index, await inspector.resolve(subjects[index], isSecure: isSecure)) }
                }
                guard let (index, host) = await group.next() else { return }
                underWay -= 1
                resolved[index] = host
                if case .ended(let host) = host, host.finding.outcome == .dnsUnavailable { failed += 1 }
            } while true
        }
    }

    // MARK: Connections

    /// Removes and returns the hosts to connect to next: as many as the limit allows, however many of their addresses
    /// must be tried (F-94, F-126), and no two that share an address which is new in this look. If that address is
    /// dead, the second host need not try it.
    private mutating func nextBatch(
        _ ready: inout [(index: Int, host: HostInspector.Ready)]
    ) -> [(index: Int, host: HostInspector.Ready)] {
        let made = prober?.made ?? 0
        var left = limits.connections - made
        var addresses: Set<IPAddress> = []
        var batch: [(index: Int, host: HostInspector.Ready)] = []
        var rest: [(index: Int, host: HostInspector.Ready)] = []
        for (index, host) in ready {
            let alive = host.addresses.filter { progress.dead[$0] == nil }
            let fits = alive.count <= left || made == 0 && batch.isEmpty
            let new = alive.filter { !tried.contains($0) }
            guard fits, addresses.isDisjoint(with: new) else {
                rest.append((index, host))
                continue
            }
            left -= alive.count
            addresses.formUnion(new)
            batch.append((index, host))
        }
        tried.formUnion(addresses)
        ready = rest
        return batch
    }

    private func connect(
        _ batch: [(index: Int, host: HostInspector.Ready)]
    ) async -> [(index: Int, host: InspectedHost)] {
        await withTaskGroup(of: (index: Int, host: InspectedHost).self) { group in
            for (index, host) in batch {
                group.addTask { [inspector] in (index, await inspector.connect(host)) }
            }
            return await group.reduce(into: []) { $0.append($1) }.sorted { $0.index < $1.index }
        }
    }
}

extension InspectedHost {
    /// Whether there was no slot yet for a connection to the host. False for a host that has been probed too often, as
    /// its part in the walk is over.
    fileprivate var isCrowded: Bool {
        finding.outcome == .pending
            && addresses.contains { if case .crowded = $0.report.end { true } else { false } }
    }
}
