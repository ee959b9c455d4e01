package import Milter
import NIOCore
package import Policy
import Synchronization

/// The doors beside the milter: those that the settings open, each with its socket.
package final class LineDoors: Sendable {
    /// Which door it is.
    package enum Kind: Sendable, CaseIterable {
        /// Query lines and policy delegation.
        case query
        /// The TLS policy map.
        case tlsPolicy

        /// Its name among all doors.
        var name: DoorStanding.Name {
            switch self {
            case .query: .query
            case .tlsPolicy: .tlsPolicy
            }
        }
    }

    private struct Door {
        let server: LineServer
        let socket: MilterSocket
    }

    private let settings: Settings
    private let inherited: [Kind: InheritedSocket]
    /// Connections at once, of each.
    private let connections: Int
    private let gate: Gate
    private let doors = Mutex<[Kind: Door]>([:])
    private let end = Mutex<ContinuousClock.Instant?>(nil)

    /// None of them is open yet.
    ///
    /// - Parameters:
    ///   - settings: Where they listen.
    ///   - inherited: The sockets of those that listen already. They are served in place of what is set, and also if
    ///     the door is off.
    ///   - connections: How many connections each has at most.
    ///   - gate: Decides for their clients.
    package init(
        _ settings: Settings, inherited: [Kind: InheritedSocket] = [:], connections: Int, gate: Gate
    ) {
        self.settings = settings
        self.inherited = inherited
        self.connections = connections
        self.gate = gate
    }

    /// Opens those that the settings name, and those whose sockets were inherited. Their clients wait until `serve`. It
    /// blocks for a moment.
    ///
    /// - Throws: Why one cannot listen. None is open then.
    package func open() throws(ListenError) {
        do throws(ListenError) { try openAll() } catch {
            close()
            throw error
        }
    }

    private func openAll() throws(ListenError) {
        if let place = place(.query, settings.querySocket) {
            // Made once: a connection has no copy of the gate.
            let decide: QueryDialogue.Deciding = { [gate] in gate.decide($0, then: $1) }
            try open(.query, place) { DialogueHandler(QueryDialogue(decide), $0) }
        }
        if let place = place(.tlsPolicy, settings.tlsPolicySocket) {
            let answer: SocketmapDialogue.Answering = { [gate] in $0.answer($1, of: gate, then: $2) }
            try open(.tlsPolicy, place) { [port = settings.probePort] in
                DialogueHandler(SocketmapDialogue(port: port, answer), $0)
            }
        }
    }

    private func place(_ kind: Kind, _ door: DoorSocket) -> LineServer.Place? {
        inherited[kind].map(LineServer.Place.init) ?? LineServer.Place(door)
    }

    private func open(
        _ kind: Kind, _ place: LineServer.Place,
        _ handler: @escaping @Sendable (LineClients.Client) -> any ChannelHandler
    ) throws(ListenError) {
        let options = LineServer.Options(
            connections: connections, backlog: 1024, allowsHalfClosure: true, readsOnDemand: true, isPaused: true)
        let server = try LineServer.open(place, options) { [handler($0)] }
        doors.withLock { $0[kind] = Door(server: server, socket: place.socket) }
    }

    /// Serves the clients.
    package func serve() { doors.withLock { for door in $0.values { door.server.serve() } } }

    /// The doors that are open.
    package var standing: [DoorStanding] {
        let doors = doors.withLock { $0 }
        return Kind.allCases.compactMap { kind in
            doors[kind].map { door in
                let counts = door.server.clients.counts
                return DoorStanding(
                    kind.name, door.socket, open: counts.open, limit: connections, displaced: counts.displaced,
                    refused: counts.refused)
            }
        }
    }

    /// The daemon stops: `close` is to wait for clients that wait for an answer until a moment. Whoever connects to an
    /// inherited socket from now on waits there for the next daemon.
    package func stop(by moment: ContinuousClock.Instant) {
        end.withLock { $0 = moment }
        doors.withLock { for door in $0.values { door.server.leaveInherited() } }
    }

    /// Closes all of them, and removes their sockets. It blocks: see `stop`.
    package func close() {
        let end = self.end.withLock { $0 } ?? .now
        let doors = self.doors.withLock { doors in
            defer { doors = [:] }
            return doors
        }
        for door in doors.values {
            door.server.drain(until: end)
            door.server.close()
        }
    }
}
