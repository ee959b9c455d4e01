import Synchronization

/// One host of a farm: how it behaves, and what it has seen.
final class SMTPHost: Sendable {
    /// What is remembered; bounded, because hosts are flooded too.
    struct Memory {
        var behaviour: SMTPHostBehaviour
        var tls: HostTLS
        var connections = 0
        var commands: [String] = []
        var serverNames: [String?] = []
        var messages: [String] = []
    }

    private static let limit = 10_000
    private let memory: Mutex<Memory>

    init(_ behaviour: SMTPHostBehaviour) throws {
        memory = Mutex(Memory(behaviour: behaviour, tls: try HostTLS(behaviour)))
    }

    /// All that is known at this moment.
    var now: Memory {
        memory.withLock { memory in memory }
    }

    /// Behaves differently from the next connection on.
    func change(to behaviour: SMTPHostBehaviour) throws {
        let tls = try HostTLS(behaviour)
        memory.withLock { memory in
            memory.behaviour = behaviour
            memory.tls = tls
        }
    }

    func connected() { memory.withLock { $0.connections += 1 } }

    func heard(_ command: String) { memory.withLock { Self.add(command, to: &$0.commands) } }

    func asked(for serverName: String?) { memory.withLock { Self.add(serverName, to: &$0.serverNames) } }

    func took(_ message: String) { memory.withLock { Self.add(message, to: &$0.messages) } }

    private static func add<Item>(_ item: Item, to list: inout [Item]) {
        if list.count < limit { list.append(item) }
    }
}
