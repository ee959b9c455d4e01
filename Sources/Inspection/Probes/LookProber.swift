import DANE
import Probe
import Synchronization

/// The connections of one look at a destination: counted, and none to an address that is known to be dead.
///
/// Many names may stand for one address. Where SMTP does not come as far as TLS, the name makes no difference.
final class LookProber: Probing {
    private struct State {
        var dead: [IPAddress: ProbeReport.Step]
        var made = 0
    }

    /// More dead addresses are not remembered.
    static let deadLimit = 256

    private let prober: any Probing
    private let asker: ProbeAsker
    private let state: Mutex<State>

    /// A prober for one look.
    ///
    /// - Parameters:
    ///   - prober: Who connects.
    ///   - asker: On whose behalf: the destination's.
    ///   - dead: The addresses that looks before this one found dead, and at which step of the dialogue.
    init(_ prober: any Probing, for asker: ProbeAsker = .nobody, dead: [IPAddress: ProbeReport.Step]) {
        self.prober = prober
        self.asker = asker
        state = Mutex(State(dead: dead))
    }

    /// The connections made so far. What another look had found out and was kept has taken none.
    var made: Int { state.withLock { $0.made } }

    /// The addresses found dead, those of earlier looks among them.
    var dead: [IPAddress: ProbeReport.Step] { state.withLock { $0.dead } }

    func probe(_ target: ProbeTarget, publishing records: [TLSARecord]) async -> ProbeReport {
        let step = state.withLock { state -> ProbeReport.Step? in
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
        case .notProbed, .crowded, .withheld: false
        case .unreachable, .startTLSNotOffered, .startTLSRefused, .tlsFailed, .secured: true
        }
    }
}

extension ProbeReport.Step {
    /// Whether the host does not yet know by what name it is called.
    fileprivate var isBeforeTLS: Bool {
        switch self {
        case .connect, .banner, .ehlo, .starttls: true
        case .handshake, .secureEHLO, .quit: false
        }
    }
}
