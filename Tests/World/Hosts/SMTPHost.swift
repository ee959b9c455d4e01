import Synchronization

/// One host of a farm: how it behaves, and what it has seen.
final class SMTPHost: Sendable {
    /// What is remembered; bounded, because hosts are flooded too.
    struct Memory {
        /// How connections are met, in turn.
        var turns: [Turn]
        /// The connections since these turns began.
        var turned = 0
        var connections = 0
        var commands: [String] = []
        var serverNames: [String?] = []
        var hellos: [ClientHello] = []
        var messages: [String] = []
        var messagesInClear = 0
    }

    /// How one connection is met.
    struct Turn: Sendable {
        let behaviour: SMTPHostBehaviour
        let tls: HostTLS

        static func all(of behaviour: SMTPHostBehaviour) throws -> [Turn] {
            try ([behaviour] + behaviour.others).map { Turn(behaviour: $0, tls: try HostTLS($0)) }
        }
    }

    private static let limit = 10_000
    private let memory: Mutex<Memory>

    init(_ behaviour: SMTPHostBehaviour) throws {
        memory = Mutex(Memory(turns: try Turn.all(of: behaviour)))
    }

    /// All that is known at this moment.
    var now: Memory {
        memory.withLock { memory in memory }
    }

    /// Behaves differently from the next connection on.
    func change(to behaviour: SMTPHostBehaviour) throws {
        let turns = try Turn.all(of: behaviour)
        memory.withLock { memory in
            memory.turns = turns
            memory.turned = 0
        }
    }

    /// Takes a new connection.
    ///
    /// - Returns: How it is met.
    func connected() -> Turn {
        memory.withLock { memory in
            defer {
                memory.connections += 1
                memory.turned += 1
            }
            return memory.turns[memory.turned % memory.turns.count]
        }
    }

    func heard(_ command: String) { memory.withLock { Self.add(command, to: &$0.commands) } }

    func asked(for serverName: String?) { memory.withLock { Self.add(serverName, to: &$0.serverNames) } }

    func greeted(with hello: ClientHello) { memory.withLock { Self.add(hello, to: &$0.hellos) } }

    func took(_ message: String, isSecure: Bool) {
        memory.withLock { memory in
            Self.add(message, to: &memory.messages)
            if !isSecure { memory.messagesInClear += 1 }
        }
    }

    private static func add<Item>(_ item: Item, to list: inout [Item]) {
        if list.count < limit { list.append(item) }
    }
}
