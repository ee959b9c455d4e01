import DANE
import Synchronization

/// A mail domain whose host can be broken and repaired while the world runs: it gets a certificate that its TLSA record
/// does not match.
public final class MendableDomain: Sendable {
    private struct State {
        var right: SMTPHostBehaviour?
        var wrong: SMTPHostBehaviour?
        var address: IPAddress?
    }

    private let label: String
    private let state = Mutex(State())

    /// A domain of a label below `example`, broken at first.
    public init(_ label: String) { self.label = label }

    /// The domain's name.
    public var name: String { "\(label).example" }

    /// The domain, for a world.
    public var domain: MailDomain {
        MailDomain(label, "tlsa-invalid", .tlsaInvalid) { [self] draft in
            let right = try await draft.chain()
            let wrong = SMTPHostBehaviour.normal(try await draft.chain())
            let address = try await draft.farm.add(wrong)
            draft.record("@ MX 10 mx", "mx A \(address)")
            draft.publish([right.tlsa()])
            state.withLock { $0 = State(right: .normal(right), wrong: wrong, address: address) }
        }
    }

    /// Breaks or mends the host.
    public func set(mended isMended: Bool, in world: MailWorld) throws {
        let state = state.withLock { $0 }
        guard let address = state.address, let behaviour = isMended ? state.right : state.wrong else {
            throw WorldError("\(name) is in no world")
        }
        try world.hosts.change(address, to: behaviour)
    }

    /// How many connections the host has had.
    public func connections(in world: MailWorld) -> Int {
        state.withLock { $0.address }.map(world.hosts.connections(at:)) ?? 0
    }
}
