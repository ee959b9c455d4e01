import DANE
import Synchronization

/// A mail domain whose host can be broken and repaired while the world runs: it gets a certificate that its TLSA record
/// does not match, or a TLSA record that its certificate does not match.
public final class MendableDomain: Sendable {
    /// What the domain publishes for its host.
    public enum Records: Sendable {
        /// The record of the right certificate.
        case fitting
        /// The record of another one.
        case other
        /// No record.
        case none
        /// The right record with a wrong signature.
        case bogus
    }

    private struct State {
        var right: SMTPHostBehaviour?
        var wrong: SMTPHostBehaviour?
        var address: IPAddress?
        var owner = ""
        var otherRecord = ""
    }

    private let label: String
    private let isSound: Bool
    private let state = Mutex(State())

    /// A domain of a label below `example`.
    ///
    /// - Parameter isSound: Whether it is in order at first; otherwise it is broken.
    public init(_ label: String, sound isSound: Bool = false) {
        self.label = label
        self.isSound = isSound
    }

    /// The domain's name.
    public var name: String { "\(label).example" }

    /// The domain, for a world.
    public var domain: MailDomain {
        MailDomain(
            label, isSound ? "verified" : "tlsa-invalid", isSound ? .verified : .tlsaInvalid
        ) { [self] draft in
            let right = try await draft.chain()
            let other = try await draft.chain()
            let wrong = SMTPHostBehaviour.normal(other)
            let address = try await draft.farm.add(isSound ? .normal(right) : wrong)
            draft.record("@ MX 10 mx", "mx A \(address)")
            draft.publish([right.tlsa()])
            let made = State(
                right: .normal(right), wrong: wrong, address: address, owner: draft.owner("mx"),
                otherRecord: try await draft.chain().tlsa())
            state.withLock { $0 = made }
        }
    }

    /// Breaks or mends the host.
    public func set(mended isMended: Bool, in world: MailWorld) throws {
        let state = state.withLock { $0 }
        guard let behaviour = isMended ? state.right : state.wrong else { throw WorldError("\(name) is in no world") }
        try set(behaviour, in: world)
    }

    /// Makes the host behave differently from its next connection on.
    public func set(_ behaviour: SMTPHostBehaviour, in world: MailWorld) throws {
        try world.hosts.change(address(), to: behaviour)
    }

    /// Publishes other TLSA records for the host.
    public func publish(_ records: Records, in world: MailWorld) async throws {
        let state = state.withLock { $0 }
        try await world.change(name) { zone in
            if records == .other || records == .none {
                zone.records.removeAll { $0.hasPrefix("\(state.owner) TLSA ") }
            }
            if records == .other { zone.records.append("\(state.owner) TLSA \(state.otherRecord)") }
            if records == .bogus { zone.faults.append(.corruptSignature(name: state.owner, type: "TLSA")) }
        }
    }

    /// How many connections the host has had.
    public func connections(in world: MailWorld) -> Int {
        state.withLock { $0.address }.map(world.hosts.connections(at:)) ?? 0
    }

    /// The messages that the host has accepted.
    public func messages(in world: MailWorld) -> [String] {
        state.withLock { $0.address }.map(world.hosts.messages(at:)) ?? []
    }

    /// How many of these messages came without TLS.
    public func messagesInClear(in world: MailWorld) -> Int {
        state.withLock { $0.address }.map(world.hosts.messagesInClear(at:)) ?? 0
    }

    private func address() throws -> IPAddress {
        guard let address = state.withLock({ $0.address }) else { throw WorldError("\(name) is in no world") }
        return address
    }
}
