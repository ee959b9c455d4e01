import DANE
import RESP
import Store
import Synchronization
import WorldServers
import WorldStore

@testable import Inspection
@testable import Policy
@testable import Records
@testable import Sharing
@testable import Verdicts

/// A host that shares what it knows: its service, and what its inspections find.
final class SharingHost: Sendable {
    private struct World {
        var outcomes: [DomainName: Outcome] = [:]
        var hazards: [String] = []
        var looks: [DomainName: Int] = [:]
        var reliances: [DomainName: [Bool]] = [:]
    }

    static let key = "0123456789abcdef0123456789abcdef"
    /// How long anything may take that must come.
    static let patience = Duration.seconds(30)

    let service: InspectionService
    let sharing: StoreSharing
    private let world = Mutex(World())
    private let door: Turnstile?
    private let watching: Task<Void, Never>

    /// Options with which a busy machine is not taken for a slow store.
    static var patient: SharingOptions {
        var options = SharingOptions()
        options.patience = patience
        options.wait = { patience }
        options.lock = { patience }
        options.checkedShare = 0
        options.settings = "same"
        options.store.slow = patience
        options.store.silence = patience
        options.store.connectTimeout = patience
        return options
    }

    /// A host at a store, without having to wait for it.
    ///
    /// - Parameter door: What its inspections pass; nil if they do not wait.
    init(
        _ name: String, _ address: String, door: Turnstile? = nil, outcome: Outcome = .verified,
        settings: Settings = Settings(), _ change: (inout SharingOptions) -> Void = { _ in }
    ) async throws {
        var quiet = settings
        quiet.log = .stderr
        quiet.logLevel = .error
        let log = GateLog(quiet)
        let breaker = Breaker(quiet, log: log)
        var watch = TroubleWatch(breaker, .init(ResolverTests(FakeResolver(fault: nil))) { _ in nil })
        await watch.turn(at: .now)
        var options = Self.patient
        options.writer = name
        change(&options)
        sharing = try StoreSharing(
            try StoreAddress(address), nil, nil, seal: try StoreSeal(key: Self.key), options, log: log)
        self.door = door
        let found = Found()
        service = InspectionService(
            keeper: VerdictKeeper(quiet), breaker: breaker, measurements: Measurements(), shared: sharing
        ) { destination, _ in await found.host?.inspect(destination, outcome) ?? Self.nothing(destination) }
        sharing.begin(for: service)
        watching = Task { [sharing] in await sharing.run() }
        found.set(self)
    }

    /// The host, which its service needs before it is there.
    private final class Found: Sendable {
        private let value = Mutex<SharingHost?>(nil)
        var host: SharingHost? { value.withLock { $0 } }
        func set(_ host: SharingHost) { value.withLock { $0 = host } }
    }

    private static func nothing(_ destination: Destination) -> Inspection {
        inspection(destination, Verdict(outcome: .pending, cause: "too early"))
    }

    private func inspect(_ destination: Destination, _ usual: Outcome) async -> Inspection {
        world.withLock { world in
            world.looks[destination.name, default: 0] += 1
            let mayRely = InspectionHandle.current?.mayRelyOnOthers ?? false
            world.reliances[destination.name, default: []].append(mayRely)
        }
        await door?.pass()
        let (outcome, hazards) = world.withLock { ($0.outcomes[destination.name] ?? usual, $0.hazards) }
        return Self.inspection(destination, Verdict(outcome: outcome, host: "mx", cause: "seen", hazards: hazards))
    }

    static func inspection(_ destination: Destination, _ verdict: Verdict) -> Inspection {
        Inspection(
            destination: destination, verdict: verdict, mxSecurity: .secure, hosts: [], steps: [],
            lifetime: .seconds(600), elapsed: .zero)
    }

    static func destination(_ name: String) -> Destination { Destination(.domain(DomainName(name)!), port: 25) }
    static func key(_ name: String) -> VerdictKey { VerdictKey(destination(name), demandsDANE: false) }

    /// From now on, finds this about a domain.
    func set(_ outcome: Outcome, of name: String) { world.withLock { $0.outcomes[DomainName(name)!] = outcome } }

    /// From now on, finds a hazard everywhere.
    func set(hazard: String) { world.withLock { $0.hazards = [hazard] } }

    /// How many inspections of a domain it has begun.
    func looks(at name: String) -> Int { world.withLock { $0.looks[DomainName(name)!] ?? 0 } }

    /// Of each inspection of a domain, whether it might rest on connections of other hosts.
    func mayHaveRelied(on name: String) -> [Bool] { world.withLock { $0.reliances[DomainName(name)!] ?? [] } }

    /// Asks as a recipient does.
    func ask(_ name: String, within limit: Duration = patience) async -> InspectionService.Answer {
        await service.verdict(on: Self.destination(name), demandingDANE: false, before: .now + limit)
    }

    /// Inspects anew and keeps what is found, as `danegate recheck` does.
    func recheck(_ name: String) async {
        service.keep(await inspect(Self.destination(name), .verified), Self.key(name))
    }

    /// Waits until the store is used.
    func join() async throws {
        guard try await eventually(within: Self.patience, { self.sharing.client.isReady }) else {
            throw WorldError("the store is not used: \(sharing.standing)")
        }
    }

    /// Sends a command to the store.
    @discardableResult
    func store(_ words: [UInt8]...) async throws -> RESPValue {
        try await sharing.client.answer(to: RESPCommand(words: words), within: Self.patience)
    }

    /// What stands under a name.
    func value(_ name: String) async throws -> RESPValue { try await store(Array("GET".utf8), Array(name.utf8)) }

    /// Writes under a name.
    func write(_ bytes: [UInt8], at name: String) async throws {
        try await store(Array("SET".utf8), Array(name.utf8), bytes)
    }

    /// Writes a record as whoever has the key can.
    func write(_ record: SharedRecord?, at name: String) async throws {
        guard let bytes = record?.sealed(sharing.seal, at: name) else { throw WorldError("no record") }
        try await write(bytes, at: name)
    }

    /// The store's time in milliseconds.
    func time() async throws -> Int64 {
        guard let time = sharing.clock.take(try await store(Array("TIME".utf8))) else { throw WorldError("no time") }
        return time
    }

    /// Ends it.
    func stop() async {
        watching.cancel()
        await sharing.close()
    }

    /// Runs a test with a store and hosts, and ends them.
    static func run(
        _ names: [String] = ["a", "b"], settings: [String] = [], outcome: Outcome = .verified, door: Turnstile? = nil,
        _ change: (inout SharingOptions) -> Void = { _ in },
        _ body: (RedisServer, [SharingHost]) async throws -> Void
    ) async throws {
        let redis = try await RedisServer(settings: settings)
        var hosts: [SharingHost] = []
        let result: Result<Void, any Error>
        do {
            for name in names {
                hosts.append(
                    try await SharingHost(
                        name, "redis://127.0.0.1:\(redis.port)", door: door, outcome: outcome, change))
            }
            for host in hosts { try await host.join() }
            result = .success(try await body(redis, hosts))
        } catch {
            result = .failure(error)
        }
        for host in hosts { await host.stop() }
        await redis.stop()
        try result.get()
    }
}
