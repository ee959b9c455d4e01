import DANE
import Probe
import Synchronization

/// Makes and counts the connections of one look at a destination, and makes none to an address that is known to be dead
/// (F-94).
///
/// Many names may lead to one address. If SMTP fails before TLS, the name makes no difference.
final class LookProber: Probing {
    private struct State {
        var dead: [IPAddress: ProbeReport.Step]
        var made = 0
    }

    /// The most dead addresses that are remembered.
    static let deadLimit = 256

    private let prober: any Probing
    private let asker: ProbeAsker
    private let state: Mutex<State>

    /// A prober for one look.
    ///
    /// - Parameters:
    ///   - prober: Makes the connections.
    ///   - asker: On whose behalf: that of the destination.
    ///   - dead: The addresses that earlier looks found dead, and the step of the dialogue at which they failed.
    init(_ prober: any Probing, for asker: ProbeAsker = .nobody, dead: [IPAddress: ProbeReport.Step]) {
        self.prober = prober
        self.asker = asker
        state = Mutex(State(dead: dead))
    }

    /// The connections made so far. A result that another look had already obtained does not count.
    var made: Int { state.withLock { $0.made } }

    /// The dead addresses, including those that earlier looks found.
    var dead: [IPAddress: ProbeReport.Step] { state.withLock { $0.dead } }

    /// Probes on behalf of the look's own asker.
    func probe(_ target: ProbeTarget, publishing records: [TLSARecord], for _: ProbeAsker) async -> ProbeReport {
        let step = state.withLock { state -> ProbeReport.Step? in
            // F-94: many names may lead to one address of somebody else.
            if let step = state.dead[target.address] { return step }
            state.made += 1
            return nil
        }
        if let step {
            return ProbeReport(end: .unreachable(step, "not tried again: shortly before it could not be reached"))
        }
        let asked = ContinuousClock.now
        let report = await prober.probe(target, publishing: records, for: asker)
        let isCancelled = Task.isCancelled
        state.withLock { state in
            if report.taken < asked || !report.end.tookAConnection { state.made -= 1 }
            guard !isCancelled, case .unreachable(let step, _) = report.end, step.isBeforeTLS,
                state.dead.count < Self.deadLimit
            else { return }
            state.dead[target.address] = step
        }
        return report
    }

    func vouch(for target: ProbeTarget, publishing records: [TLSARecord]) {
        prober.vouch(for: target, publishing: records)
    }
}

extension ProbeReport.End {
    /// Whether a connection was tried.
    fileprivate var tookAConnection: Bool {
        switch self {
        case .notProbed, .crowded, .withheld, .foreign: false
        case .unreachable, .startTLSNotOffered, .startTLSRefused, .tlsFailed, .secured: true
        }
    }
}

extension ProbeReport.Step {
    /// Whether the host does not know yet by what name it is called.
    fileprivate var isBeforeTLS: Bool {
        switch self {
        case .connect, .banner, .ehlo, .starttls: true
        case .handshake, .secureEHLO, .quit: false
        }
    }
}
