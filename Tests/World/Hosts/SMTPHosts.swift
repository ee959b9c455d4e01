import WorldServers
public import DANE
import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// A farm of SMTP hosts in this process: one port, and an address of 127.0.0.0/8 for each host.
///
/// Farms do not get into each other's way, in one process or in several: each begins at a random address and passes
/// over what is taken. Methods may be called from any task.
public final class SMTPHosts: Sendable {
    private struct State {
        var next: UInt32
        var hosts: [IPAddress: SMTPHost] = [:]
        var servers: [any Channel] = []
        var connections: [ObjectIdentifier: any Channel] = [:]
        var mutes: [LoopbackSocket] = []
    }

    /// The port all hosts listen on.
    public let port: UInt16
    /// An address at which the port refuses connections.
    public let closedAddress: IPAddress

    private let reserved: LoopbackSocket
    private let state: Mutex<State>

    /// A farm without hosts.
    ///
    /// - Parameter port: The port, 25 for one that a mail server is to deliver to; nil for one that is free.
    /// - Throws: If there is no such port.
    public init(port: UInt16? = nil) async throws {
        for _ in 0..<20 {
            let base: UInt32 = 127 << 24 | .random(in: 1...250) << 16 | .random(in: 0...250) << 8 | 1
            guard let socket = LoopbackSocket(.v4(base), port: port ?? 0) else { continue }
            reserved = socket
            closedAddress = .v4(base)
            self.port = socket.port
            state = Mutex(State(next: base + 1))
            return
        }
        throw WorldError("port \(port.map(String.init) ?? "?") cannot be had on 127.0.0.0/8: errno \(errno)")
    }

    /// Adds a host.
    ///
    /// - Returns: Its address.
    /// - Throws: If it cannot listen, or a certificate is not taken.
    public func add(_ behaviour: SMTPHostBehaviour) async throws -> IPAddress {
        let host = try SMTPHost(behaviour)
        for _ in 0..<1000 {
            let address = nextAddress()
            do {
                try await listen(host, at: address)
                return address
            } catch let error as IOError where error.errnoCode == EADDRINUSE {
                continue
            }
        }
        throw WorldError("no address is free at port \(port)")
    }

    /// Adds a host at ::1, at most one a farm.
    ///
    /// - Returns: `::1`.
    /// - Throws: If the machine has no IPv6, or the port is taken there.
    public func addIPv6(_ behaviour: SMTPHostBehaviour) async throws -> IPAddress {
        let address = IPAddress.v6(0, 1)
        try await listen(try SMTPHost(behaviour), at: address)
        return address
    }

    /// Adds an address at which connection attempts are neither accepted nor refused.
    public func addMute() throws -> IPAddress {
        for _ in 0..<1000 {
            let address = nextAddress()
            guard let socket = LoopbackSocket(address, port: port, isMute: true) else { continue }
            state.withLock { $0.mutes.append(socket) }
            return address
        }
        throw WorldError("no address is free at port \(port)")
    }

    /// Makes a host behave differently from its next connection on.
    public func change(_ address: IPAddress, to behaviour: SMTPHostBehaviour) throws {
        guard let host = state.withLock({ $0.hosts[address] }) else {
            throw WorldError("there is no host at \(address)")
        }
        try host.change(to: behaviour)
    }

    /// How many connections all hosts have accepted.
    public var connections: Int { state.withLock { Array($0.hosts.values) }.reduce(0) { $0 + $1.now.connections } }

    /// How many connections a host has accepted.
    public func connections(at address: IPAddress) -> Int { memory(of: address)?.connections ?? 0 }

    /// The commands a host was given, in clear and inside TLS, of all its connections.
    public func commands(at address: IPAddress) -> [String] { memory(of: address)?.commands ?? [] }

    /// The names a host was asked for with SNI, one for each handshake begun; nil where there was none.
    public func serverNames(at address: IPAddress) -> [String?] { memory(of: address)?.serverNames ?? [] }

    /// The ClientHellos a host has read, one for each handshake begun.
    public func hellos(at address: IPAddress) -> [ClientHello] { memory(of: address)?.hellos ?? [] }

    /// The messages a host has accepted.
    public func messages(at address: IPAddress) -> [String] { memory(of: address)?.messages ?? [] }

    /// How many of these messages came without TLS.
    public func messagesInClear(at address: IPAddress) -> Int { memory(of: address)?.messagesInClear ?? 0 }

    /// Closes all hosts and their connections.
    public func stop() async {
        let channels = state.withLock { state in
            defer {
                state.servers = []
                state.connections = [:]
                state.mutes = []
            }
            return state.servers + Array(state.connections.values)
        }
        for channel in channels { try? await channel.close() }
    }

    private func memory(of address: IPAddress) -> SMTPHost.Memory? { state.withLock { $0.hosts[address] }?.now }

    private func nextAddress() -> IPAddress {
        state.withLock { state in
            defer { state.next += 1 }
            return .v4(state.next)
        }
    }

    private func listen(_ host: SMTPHost, at address: IPAddress) async throws {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { [weak self] channel in
                self?.track(channel)
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(HostConnection(host: host))
                }
            }
            .bind(to: try SocketAddress(ipAddress: address.description, port: Int(port))).get()
        state.withLock { state in
            state.servers.append(server)
            state.hosts[address] = host
        }
    }

    private func track(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        state.withLock { $0.connections[id] = channel }
        channel.closeFuture.whenComplete { [weak self] _ in
            self?.state.withLock { _ = $0.connections.removeValue(forKey: id) }
        }
    }
}
