import Foundation
import Testing
import World

/// Name servers that die while there is little mail: one recipient is all that shows it.
@Suite(.timeLimit(.minutes(5))) struct DeadDNSTests {
    /// How the name servers die.
    enum Death: String, CaseIterable { case silent, refusing, gone }

    /// The self-tests so far: nothing else asks for the root's MX records.
    private static func tests(_ world: MailWorld) -> Int { world.names.queries.count { $0 == Query("", "MX") } }

    private static func isDown(_ gate: DaemonTests.Gate) async -> Bool {
        await gate.daemon.waitForOutput { $0.contains("event=resolver-down") }
    }

    @Test(arguments: Death.allCases) func oneRecipientShowsIt(death: Death) async throws {
        let world = try await MailWorld(["verified", "no-tlsa", "tlsa-invalid"].map(MailDomains.named))
        let gate = try await DaemonTests.Gate(world, ["DEFER_FOR": "0"])
        let before = Self.tests(world)
        #expect(try await gate.answer("<a@verified.example>") == .continue)
        _ = try await gate.answer("<a@tlsa-invalid.example>")
        // While all is well nobody polls the root.
        #expect(Self.tests(world) == before)
        switch death {
        case .silent: world.names.setWireFaults([WireFault("*", nil, .drop)])
        case .refusing: world.names.setWireFaults([WireFault("*", nil, .refused)])
        case .gone: await world.names.stop()
        }
        #expect(!gate.daemon.output.contains("event=resolver-down"))
        _ = try await gate.answer("<a@no-tlsa.example>")
        #expect(await Self.isDown(gate), "\(gate.daemon.output)")
        #expect(gate.daemon.output.components(separatedBy: "state=open").count == 2, "\(gate.daemon.output)")
        #expect(await gate.daemon.stop() == 0)
        guard death == .gone else { return await world.stop() }
        await world.hosts.stop()
    }

    /// Zones of strangers that do not answer have used up the tests that they may cause.
    @Test func strangersDoNotHideIt() async throws {
        let world = try await MailWorld(["verified", "no-tlsa"].map(MailDomains.named))
        let gate = try await DaemonTests.Gate(world, ["DEFER_FOR": "0", "DNS_TIMEOUT": "2s"])
        world.names.setWireFaults((0..<4).map { WireFault("dead\($0).example", nil, .drop) })
        for number in 0..<3 {
            let before = Self.tests(world)
            _ = try await gate.answer("<a@dead\(number).example>")
            #expect(try await eventually(within: .seconds(60)) { Self.tests(world) > before })
        }
        _ = try await gate.answer("<a@dead3.example>")
        #expect(!gate.daemon.output.contains("event=resolver-down"))
        world.names.setWireFaults([WireFault("*", nil, .drop)])
        _ = try await gate.answer("<a@no-tlsa.example>")
        #expect(await Self.isDown(gate), "\(gate.daemon.output)")
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }
}
