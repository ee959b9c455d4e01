import Foundation
import RuleMarks
import Testing
import World

/// Addresses that Postfix rewrites only after a milter was asked: canonical and virtual maps are cleanup(8)'s. What the
/// manual says of them, and which of its remedies work.
@Suite(
    .timeLimit(.minutes(5)), .enabled(if: PostfixInstance.unavailable == nil, "\(PostfixInstance.unavailable ?? "")"))
struct RewritingWorldTests {
    private typealias Site = PostfixWorldTests.Site

    private static let maps: [(name: String, extra: [String: String])] = [
        ("recipient_canonical_maps", ["recipient_canonical_maps": "inline:{ { @gone.example = @verified.example } }"]),
        ("canonical_maps", ["canonical_maps": "inline:{ { user@gone.example = user@verified.example } }"]),
        ("virtual_alias_maps", ["virtual_alias_maps": "inline:{ { @gone.example = @verified.example } }"]),
    ]

    @Test(.rules("F-93"), arguments: maps.indices)
    func theDomainThatWasTypedIsJudged(index: Int) async throws {
        let world = try await MailWorld(["verified", "tlsa-invalid"].map(MailDomains.named))
        let (name, extra) = Self.maps[index]
        let site = try await Site(world, extra: extra)
        // The trap: no mail would go to the domain that does not exist.
        let refused = try await site.replies("user@gone.example")[0]
        #expect("\(refused)".hasPrefix("550 5.1.2 no-such-domain: gone.example: "), "\(name): \(refused)")
        // The remedy: the policy file exempts it.
        try Data("gone.example exempt reason=\"rewritten\"\n".utf8).write(to: URL(fileURLWithPath: world.policies))
        #expect(await site.daemon.waitForOutput { $0.contains("event=reload result=ok policies=1") })
        #expect(try await site.replies("user@gone.example")[0].code == 250, "\(name)")
        #expect(
            await site.daemon.waitForOutput { $0.contains("to=user@gone.example") && $0.contains("passed=rewritten") })
        #expect(try await site.replies("user@tlsa-invalid.example")[0].code == 451, "others are judged as ever")
        #expect(await site.stop() == 0)
        await world.stop()
    }

    /// So does an exemption of the running daemon, with an end.
    @Test(.rules("F-93")) func anExemptionIsARemedyToo() async throws {
        let world = try await MailWorld([MailDomains.named("verified")])
        let state = try ScratchDirectory("state")
        let site = try await Site(world, ["STATE_DIRECTORY": state.path], extra: Self.maps[0].extra)
        #expect(try await site.replies("user@gone.example")[0].code == 550)
        let (status, output) = try await Danegate.run(
            ["exempt", "add", "gone.example", "--until", "30d", "--reason", "rewritten", "--keep"],
            environment: world.environment(["STATE_DIRECTORY": state.path]))
        #expect(status == 0, "\(output)")
        #expect(
            try await eventually(within: .seconds(60)) { try await site.replies("user@gone.example")[0].code == 250 })
        #expect(await site.stop() == 0)
        await world.stop()
    }

    /// A domain all of whose addresses are rewritten is Postfix's own: its mail is not outbound, and not judged.
    @Test(.rules("F-93")) func aVirtualAliasDomainIsNotOurs() async throws {
        let world = try await MailWorld([MailDomains.named("verified")])
        let site = try await Site(
            world,
            extra: [
                "virtual_alias_maps": "inline:{ { user@gone.example = user@verified.example } }",
                "virtual_alias_domains": "gone.example",
            ])
        world.names.clearQueries()
        #expect(try await site.replies("user@gone.example")[0].code == 250)
        #expect(world.names.queries.isEmpty, "\(world.names.queries)")
        #expect(await site.stop() == 0)
        await world.stop()
    }

    /// A client that is trusted may be spared all of it: by danegate, or by Postfix, which then does not ask.
    @Test(.rules("F-93")) func aClientMayBeSpared() async throws {
        let world = try await MailWorld([MailDomains.named("tlsa-invalid")])
        let ours = try await Site(world, ["EXEMPT_CLIENTS": "127.0.0.0/8"], extra: Self.maps[0].extra)
        #expect(try await ours.replies("user@gone.example", "user@tlsa-invalid.example").map(\.code) == [250, 250])
        #expect(await ours.stop() == 0)
        let theirs = try await Site(
            world, extra: Self.maps[0].extra.merging(["smtpd_milter_maps": "inline:{ { 127.0.0.1 = DISABLE } }"]) { $1 }
        )
        #expect(try await theirs.replies("user@gone.example", "user@tlsa-invalid.example").map(\.code) == [250, 250])
        #expect(!theirs.daemon.output.contains("ruling="))
        #expect(await theirs.stop() == 0)
        await world.stop()
    }
}
