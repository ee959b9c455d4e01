import DANE
import DNSSEC
import Foundation
import Testing
import World

/// The test world's own promises.
@Suite(.timeLimit(.minutes(2)))
struct NamesTests {
    /// Worlds do not see each other, and their zones are real in their own.
    @Test func worldsSideBySide() async throws {
        async let first = NameServers(zones: [Zone("one.example", "@ MX 10 mx")])
        async let second = NameServers(zones: [Zone("two.example", "@ MX 10 mx")])
        let (one, two) = try await (first, second)
        let name = try #require(DomainName("one.example"))
        #expect(try await one.resolver().mx(name).isSecure)
        #expect(try await !two.resolver().mx(name).isSecure)
        // The one's key is no key to the other.
        let mixed = try Resolver(
            ResolverConfiguration(
                trustAnchor: .file(two.trustAnchorPath), configuration: one.configurationPath, timeout: .seconds(30)))
        #expect(await mixed.selfTest().fault != nil)
        await one.stop()
        await two.stop()
    }

    @Test func wireFaultsChange() async throws {
        let world = try await NameServers(
            zones: [Zone("shaky.example", "@ MX 10 mx")], wire: [WireFault("shaky.example", "MX", .servfail)])
        let resolver = try world.resolver()
        let name = try #require(DomainName("shaky.example"))
        #expect(await resolver.mx(name).failure?.contains("no usable answer") == true)
        world.setWireFaults([])
        #expect(await (try resolver.fresh()).mx(name).isSecure)
        world.setWireFaults([WireFault("shaky.example", "MX", .drop)])
        let hasty = try world.resolver(timeout: .milliseconds(200))
        #expect(await hasty.mx(name).failure?.hasPrefix("no answer") == true)
        world.clearQueries()
        #expect(world.queries.isEmpty)
        await world.stop()
    }

    @Test func nothingIsLeftBehind() async throws {
        var world: NameServers? = try await NameServers(zones: [Zone("brief.example", "@ MX 10 mx")])
        let path = try #require(world?.configurationPath)
        #expect(FileManager.default.fileExists(atPath: path))
        await world?.stop()
        world = nil
        // The responder's threads hold nothing of it.
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func nonsenseIsReported() async throws {
        await #expect(throws: WorldError.self) {
            _ = try await NameServers(zones: [Zone("bad.example", "@ MX nonsense nonsense nonsense")])
        }
        await #expect(throws: WorldError.self) {
            _ = try await NameServers(
                zones: [Zone("bad.example", faults: [.missingSignature(name: "none", type: "MX")], "@ MX 10 mx")])
        }
    }
}
