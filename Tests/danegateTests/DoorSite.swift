import Testing
import World

/// A daemon with both doors beside the milter open.
struct DoorSite: Sendable {
    let gate: DaemonTests.Gate
    /// The query socket.
    let query: String
    /// The TLS policy socket.
    let map: String
    private let directory: ScratchDirectory

    /// Starts it.
    init(_ world: MailWorld, _ settings: [String: String] = [:], wrapper: [String] = []) async throws {
        directory = try ScratchDirectory("doors")
        query = directory.file("query.sock")
        map = directory.file("map.sock")
        let doors = ["QUERY_SOCKET": "unix:\(query)", "TLS_POLICY_SOCKET": "unix:\(map)"]
        gate = try await DaemonTests.Gate(world, settings.merging(doors) { $1 }, wrapper: wrapper)
    }

    /// Asks at the query socket, on a connection of its own.
    func ask(_ domain: String) async throws -> String {
        try await onOwnThread { [query] in try DoorClient.query("check user@\(domain)\n", at: query) }
    }

    /// Asks the map `danegate`, on a connection of its own.
    func level(_ domain: String) async throws -> String? {
        try await onOwnThread { [map] in try DoorClient(map).lookUp("danegate", domain) }
    }

    /// What the process has of memory, threads and descriptors.
    var usage: Usage { get throws { try Usage(gate.daemon.pid) } }

    /// Expects that threads and descriptors come to be as many as they were, but for a few that are opened when
    /// they are needed first, as those of a resolver: not one for each client.
    func expectBack(to before: Usage, at place: SourceLocation = #_sourceLocation) async throws {
        var now = before
        // A probe of a host that says nothing takes its time.
        let isBack = try await eventually(within: .seconds(60)) {
            now = try usage
            return now.descriptors <= before.descriptors + 8 && now.threads <= before.threads + 4
        }
        #expect(isBack, "\(now), before \(before)", sourceLocation: place)
    }
}
