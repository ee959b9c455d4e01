import DANE
import DNSSEC
import Testing
import World

/// TLSA RDATA up to what a message can hold, over the wire.
@Suite(.timeLimit(.minutes(2))) struct LongRecordTests {
    /// Unsigned, for the signer takes no lines of this length; that they come whole is the resolver's part.
    @Test func aRecordOfAnyLengthComesWhole() async throws {
        let lengths = [3, 4, 255, 4096, 16_384, 50_000, 65_000]
        let records = lengths.map { length in
            "_\(length)._tcp TYPE52 \\# \(length) 030000\(String(repeating: "5a", count: length - 3))"
        }
        let names = try await NameServers(zones: [Zone("long.example", signing: .unsigned, records: records)])
        let resolver = try Resolver(
            ResolverConfiguration(
                trustAnchor: .file(names.trustAnchorPath), configuration: names.configurationPath, timeout: .seconds(30)
            ))
        for length in lengths {
            let owner = try #require(DomainName("_\(length)._tcp.long.example"))
            guard case .insecure(let found) = await resolver.tlsa(owner) else {
                Issue.record("no answer for \(length) bytes")
                continue
            }
            #expect(found.records.map(\.data.count) == [length - 3])
            #expect(found.records.allSatisfy { $0.data.allSatisfy { $0 == 0x5A } })
        }
        await names.stop()
    }
}
