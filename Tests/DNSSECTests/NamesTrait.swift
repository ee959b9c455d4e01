import DNSSEC
import Glibc
import Testing
import World

/// Brings up one world for all tests of a suite, and takes it down after them.
struct NamesTrait: SuiteTrait, TestScoping {
    @TaskLocal static var world: NameServers?

    /// Each test makes resolvers of its own, all at the same time: more descriptors than the usual 1024.
    private static let manyDescriptors: Void = {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = min(limit.rlim_max, 65536)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }()

    let zones: [Zone]
    let wire: [WireFault]
    let dead: [String]

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        Self.manyDescriptors
        let world = try await NameServers(zones: zones, wire: wire, dead: dead)
        try await Self.$world.withValue(world) { try await function() }
        await world.stop()
    }
}

extension Trait where Self == NamesTrait {
    static func names(_ zones: [Zone], wire: [WireFault] = [], dead: [String] = []) -> NamesTrait {
        NamesTrait(zones: zones, wire: wire, dead: dead)
    }
}

extension NameServers {
    /// The world of the suite that runs.
    static var current: NameServers { get throws { try #require(NamesTrait.world) } }

    /// A resolver that sees this world.
    func resolver(
        timeout: Duration = .seconds(30), concurrency: Int = 4000,
        contexts: Int = ResolverConfiguration.defaultContexts
    ) throws -> Resolver {
        try Resolver(
            configuration(timeout: timeout, concurrency: concurrency, contexts: contexts))
    }

    /// The configuration of a resolver that sees this world.
    func configuration(
        timeout: Duration = .seconds(30), concurrency: Int = 4000,
        contexts: Int = ResolverConfiguration.defaultContexts
    ) -> ResolverConfiguration {
        ResolverConfiguration(
            trustAnchor: .file(trustAnchorPath), configuration: configurationPath, timeout: timeout,
            concurrency: concurrency, contexts: contexts)
    }
}
