import Foundation
import Synchronization

/// A private DNS: a signed root, the zones given, all zones between them, and a name server that serves them on
/// 127.0.0.1 as long as the value lives. It needs no privileges. Any number may run side by side.
///
/// libunbound uses it as a forwarder for all names. The zones are real: ldns-signzone signs them, and nsd serves them.
/// What real servers do not do is done by damage to the signed files (`ZoneFault`), or by misbehaviour on the way
/// (`WireFault`).
///
/// Avoid names below test, invalid, onion and localhost, because libunbound answers those by itself.
public final class NameServers: Sendable {
    private struct State {
        var zones: [Zone]
        var serial = 1
    }

    private let directory: ScratchDirectory
    private let signer: ZoneSigner
    private let server: NSD
    private let responder: Responder
    private let datagrams: Responder
    private let silence: NameSocket
    private let state: Mutex<State>

    /// The path of an unbound.conf fragment that leads to this world (`DNS_CONFIG`).
    public let configurationPath: String
    /// The path of the root's trust anchor, a DS record (`DNS_TRUST_ANCHOR`).
    public let trustAnchorPath: String
    /// The address to ask (`DNS_FORWARD`, together with the port).
    public let address = "127.0.0.1"
    /// The port to ask.
    public let port: UInt16

    /// Signs the zones and starts to serve them.
    ///
    /// - Parameters:
    ///   - zones: The zones. Top-level zones that are missing are added, signed with NSEC; so is the root.
    ///   - wire: Names and types for which the server misbehaves.
    ///   - dead: Names of zones whose own name servers never answer. Unlike `WireFault.Effect.drop` this does not
    ///     change what libunbound thinks of the server of all the others.
    ///   - truncated: Names of zones whose name servers send nothing whole over UDP, and refuse connections over TCP.
    ///   - lame: Names of zones that are looked up at a server with an address of its own, as after a delegation, and
    ///     not at the forwarder. `WireFault.Effect.lame` makes that server lame.
    /// - Throws: `WorldError`, if a tool is missing or a zone cannot be made.
    public init(
        zones: [Zone], wire: [WireFault] = [], dead: [String] = [], truncated: [String] = [], lame: [String] = []
    ) async throws {
        let zones = Self.completed(zones)
        directory = try ScratchDirectory("names")
        signer = try await ZoneSigner(in: directory)
        let signers = try await signer.delegationSigners(of: zones)
        let files = zones.indices.map { ($0, Self.delegations(below: zones[$0], among: zones, signers)) }
        try await signer.write(files.map { (zones[$0.0], $0.0, $0.1) }, serial: 1)
        server = try await NSD(zones: zones.map(\.name), in: directory)
        responder = try Responder(upstream: server.port, faults: wire)
        port = responder.port
        state = Mutex(State(zones: zones))
        // Bound, so that no ICMP message tells, and never read.
        (silence, _) = try NameSocket.pair()
        let silentPort = silence.port
        datagrams = try Responder(upstream: server.port, faults: [WireFault("*", nil, .truncate)], isDatagramOnly: true)
        let datagramPort = datagrams.port
        let routes = [(".", port)] + dead.map { ("\($0).", silentPort) } + truncated.map { ("\($0).", datagramPort) }
        let stubPort = port
        let stubs = lame.map { "stub-zone:\n    name: \"\($0).\"\n    stub-addr: 127.0.0.1@\(stubPort)\n" }
        configurationPath = try directory.write(
            routes.map { "forward-zone:\n    name: \"\($0)\"\n    forward-addr: 127.0.0.1@\($1)\n" }.joined()
                + stubs.joined(),
            to: "unbound.conf")
        trustAnchorPath = try directory.write("\(signers[""] ?? "")\n", to: "root.key")
    }

    deinit {
        responder.stop()
        datagrams.stop()
    }

    /// Ends the servers. Without it they end with the value.
    public func stop() async {
        responder.stop()
        datagrams.stop()
        await server.stop()
    }

    /// Replaces the zone of the same name, signs it and its parent again, and waits until both are served. Only one
    /// call may run at a time.
    public func replace(_ zone: Zone) async throws {
        let (zones, serial) = try state.withLock { state in
            guard let index = state.zones.firstIndex(where: { $0.name == zone.name }) else {
                throw WorldError("there is no zone \(zone.name) to replace")
            }
            state.zones[index] = zone
            state.serial += 1
            return (state.zones, state.serial)
        }
        let signers = try await signer.delegationSigners(of: zones)
        let parent = Self.parent(of: zone, among: zones)
        let changed = zones.indices.filter { zones[$0].name == zone.name || zones[$0].name == parent?.name }
        try await signer.write(
            changed.map { (zones[$0], $0, Self.delegations(below: zones[$0], among: zones, signers)) }, serial: serial)
        try await server.reload(changed.map { zones[$0].name }, serial: serial)
    }

    /// Stops the name server in its tracks (SIGSTOP), or lets it go on (SIGCONT).
    public func setPaused(_ isPaused: Bool) { server.signal(isPaused ? SIGSTOP : SIGCONT) }

    /// Ends the name server without notice, and brings it up again after a while.
    public func restart(after pause: Duration) async throws { try await server.restart(after: pause) }

    /// Changes for which names and types the server misbehaves.
    public func setWireFaults(_ faults: [WireFault]) { responder.set(faults) }

    /// What was asked so far, in order; repeats included.
    public var queries: [Query] { responder.queries }

    /// Forgets what was asked.
    public func clearQueries() { responder.clearQueries() }

    /// Lets somebody send forged answers in the name of the server, from its address and port.
    ///
    /// - Parameters:
    ///   - names: Whose MX records he answers for.
    ///   - knowsPorts: Whether he knows which ports this process asks from; otherwise he tries all.
    ///   - limit: How many he sends; 40 in two milliseconds.
    public func spoofer(of names: [String], knowsPorts: Bool, atMost limit: Int) -> Spoofer {
        Spoofer(names, of: port, knowsPorts: knowsPorts, atMost: limit) { [responder] in responder.send($0, to: $1) }
    }

    /// What the name server has logged, for a test that failed.
    public var log: String { server.output }

    /// The zones, the root first, with the top-level zones that are missing.
    private static func completed(_ zones: [Zone]) -> [Zone] {
        var all = zones
        for name in Set(zones.compactMap { $0.name.split(separator: ".").last.map(String.init) } + [""]).sorted()
        where !zones.contains(where: { $0.name == name }) {
            all.append(Zone(name, records: []))
        }
        return all.sorted { $0.name.isEmpty && !$1.name.isEmpty }
    }

    private static func parent(of zone: Zone, among zones: [Zone]) -> Zone? {
        zones.filter { $0.encloses(zone) }.max { $0.name.utf8.count < $1.name.utf8.count }
    }

    private static func delegations(below zone: Zone, among zones: [Zone], _ signers: [String: String]) -> [String] {
        // In this order, or all zones are compared with all others once for each.
        zones.filter { zone.encloses($0) && parent(of: $0, among: zones)?.name == zone.name }.flatMap { child in
            ["\(child.origin) NS ns.\(child.origin)", "ns.\(child.origin) A 127.0.0.1"]
                + (child.hasDS ? [signers[child.name] ?? ""] : [])
        }
    }
}
