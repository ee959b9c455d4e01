import DANE
import Foundation
import Testing
import World

/// The TLS policy socket of a running daemon: how to deliver, by socketmap.
@Suite(.timeLimit(.minutes(5))) struct TLSPolicyWorldTests {
    /// A daemon with a TLS policy socket.
    private struct Site: Sendable {
        let gate: DaemonTests.Gate
        let socket: String
        private let directory: ScratchDirectory

        init(_ world: MailWorld, _ settings: [String: String] = [:]) async throws {
            directory = try ScratchDirectory("policy-map")
            socket = directory.file("tls.sock")
            gate = try await DaemonTests.Gate(world, settings.merging(["TLS_POLICY_SOCKET": "unix:\(socket)"]) { $1 })
        }

        /// The answers to requests on one connection.
        func answers(_ requests: [(map: String, key: String)]) async throws -> [String?] {
            try await onOwnThread { [socket] in
                let client = try DoorClient(socket)
                return try requests.map { try client.lookUp($0.map, $0.key) }
            }
        }
    }

    @Test func theLevelKeepsThePromise() async throws {
        let rows: [(label: String, level: String, sts: String)] = [
            ("verified", "OK dane-only", "NOTFOUND "), ("tlsa-invalid", "OK dane-only", "TEMP tlsa-invalid: "),
            ("no-tlsa", "NOTFOUND ", "NOTFOUND "), ("null-mx", "NOTFOUND ", "NOTFOUND "),
            ("ta-expired", "OK dane-only", "TEMP certificate-expired: "),
        ]
        let world = try await MailWorld(rows.map { MailDomains.named($0.label) })
        let site = try await Site(world)
        for (map, expected) in [
            ("danegate", rows.map(\.level)), ("sts", rows.map(\.sts)), ("danegate", rows.map(\.level)),
        ] {
            let answers = try await site.answers(rows.map { (map, "\($0.label).example") })
            for (answer, (row, expected)) in zip(answers, zip(rows, expected)) {
                #expect(answer?.hasPrefix(expected) == true, "\(map) \(row.label): \(answer ?? "closed")")
            }
        }
        let others = try await site.answers([
            ("danegate", ".example"), ("danegate", ".verified.example"), ("danegate", "[192.0.2.1]"),
            ("danegate", "[mx.verified.example]:465"),
            ("danegate", ""),
            ("nothing", "verified.example"),
        ])
        #expect(others.prefix(5).allSatisfy { $0 == "NOTFOUND " })
        #expect(others[5]?.hasPrefix("PERM ") == true)
        #expect(await site.gate.daemon.stop() == 0)
        await world.stop()
    }

    @Test func policiesCount() async throws {
        let world = try await MailWorld(["tlsa-invalid", "no-tlsa", "verified"].map(MailDomains.named))
        let scratch = try ScratchDirectory("policies")
        let file = try scratch.write(
            "tlsa-invalid.example exempt\nno-tlsa.example require\nverified.example monitor\n", to: "policy")
        let site = try await Site(world, ["POLICY_FILE": file])
        let answers = try await site.answers([
            ("danegate", "tlsa-invalid.example"), ("danegate", "no-tlsa.example"), ("danegate", "verified.example"),
        ])
        #expect(answers == ["OK may", "OK dane-only", "NOTFOUND "])
        let sts = try await site.answers([("sts", "tlsa-invalid.example"), ("sts", "no-tlsa.example")])
        #expect(sts[0] == "NOTFOUND " && sts[1]?.hasPrefix("TEMP dane-required") == true, "\(sts)")
        await world.stop()
        let monitored = try await Site(world, ["MODE": "monitor"])
        #expect(try await monitored.answers([("danegate", "verified.example")]) == ["NOTFOUND "])
    }

    /// What harms the MTA harms it at each level at which it looks up TLSA records.
    @Test func whatWouldCrashTheMTAWaits() async throws {
        let labels = ["record-without-data", "record-without-data-insecure-mx"]
        let world = try await MailWorld(labels.map(MailDomains.named))
        for (ruling, levels) in [
            ("tempfail", ["TEMP ", "TEMP "]), ("reject", ["TEMP ", "TEMP "]), ("accept", ["OK dane", "NOTFOUND "]),
        ] {
            let site = try await Site(world, ["ON_HAZARD": ruling, "DEFER_FOR": "0"])
            let answers = try await site.answers(labels.map { ("danegate", "\($0).example") })
            for (answer, level) in zip(answers, levels) {
                let isIt = level == "TEMP " ? answer?.hasPrefix(level) : answer == level
                #expect(isIt == true, "ON_HAZARD=\(ruling): \(answer ?? "closed")")
            }
            #expect(await site.gate.daemon.stop() == 0)
        }
        await world.stop()
    }

    /// RCPT and delivery agree: what the settings accept is not accepted if it would crash the MTA.
    @Test func aHazardBesideWhatIsAcceptedIsPutOffAtBothDoors() async throws {
        let domain = MailDomain("mixed-hazard", "V16", .tlsaInvalid, hazard: true) { draft in
            let chain = try await draft.chain("mx.\(draft.domain)")
            let other = try await draft.chain("mx.\(draft.domain)")
            try await draft.host(.normal(chain), tlsa: other.tlsa(), "\\# 3 030101")
        }
        let world = try await MailWorld([domain])
        let site = try await DoorSite(world, ["ON_TLSA_INVALID": "accept"])
        #expect(try await site.ask("mixed-hazard.example").hasPrefix("tempfail 451 4.7.323 "))
        #expect(try await site.level("mixed-hazard.example")?.hasPrefix("TEMP ") == true)
        #expect(await site.gate.daemon.stop() == 0)
        await world.stop()
    }

    /// A hold holds whatever else is set, at each door.
    @Test(arguments: [["MODE": "monitor"], ["ROLLOUT": "0"], ["ROUTE": "recipient"], [:]])
    func whatIsHeldIsHeldAtDelivery(settings: [String: String]) async throws {
        let world = try await MailWorld([MailDomains.named("verified")])
        let state = try ScratchDirectory("state")
        let site = try await DoorSite(world, settings.merging(["STATE_DIRECTORY": state.path]) { $1 })
        let (status, output) = try await Danegate.run(
            ["hold", "verified.example", "--for", "1h"], environment: ["DANEGATE_STATE_DIRECTORY": state.path])
        #expect(status == 0, "\(output)")
        #expect(await site.gate.daemon.waitForOutput { $0.contains("event=hold result=on") })
        #expect(try await site.ask("verified.example").hasPrefix("tempfail 451 "))
        #expect(try await site.level("verified.example") == "TEMP mail there is held back")
        let map = site.map
        let sts = try await onOwnThread { try DoorClient(map).lookUp("sts", "verified.example") }
        #expect(sts == "TEMP mail there is held back")
        #expect(await site.gate.daemon.stop() == 0)
        await world.stop()
    }

    /// Where the recipients' domains are judged, a next hop of the site's own is not: neither at RCPT nor at delivery.
    /// Who asks about nothing but a next hop has it judged.
    @Test func byTheRecipientsDomainNoOwnNextHopIsHeld() async throws {
        let world = try await MailWorld(["tlsa-invalid", "verified"].map(MailDomains.named))
        let site = try await DoorSite(world, ["ROUTE": "recipient", "DEFER_FOR": "0"])
        let hop = "[mx.tlsa-invalid.example]"
        let query = site.query
        let (named, alone) = try await onOwnThread {
            (
                try DoorClient.query("check \(hop) to=a@verified.example\n", at: query),
                try DoorClient.query("check \(hop)\n", at: query)
            )
        }
        #expect(named == "accept\n" && alone.hasPrefix("tempfail 451 4.7.323 "), "\(named), \(alone)")
        #expect(try await site.level(hop) == "NOTFOUND ")
        #expect(try await site.level("tlsa-invalid.example") == "OK dane-only")
        #expect(await site.gate.daemon.stop() == 0)
        await world.stop()
    }

    /// A recheck counts at delivery at once, though the old records may be kept for long.
    @Test func aRecheckCountsAtDelivery() async throws {
        let domain = MendableDomain("mendable", sound: true)
        let world = try await MailWorld([domain.domain])
        let state = try ScratchDirectory("state")
        let settings = ["STATE_DIRECTORY": state.path]
        let site = try await DoorSite(world, settings)
        #expect(try await site.level("mendable.example") == "OK dane-only")
        for (records, level) in [
            (MendableDomain.Records.none, "NOTFOUND "), (.fitting, "OK dane-only"), (.other, "OK dane-only"),
            (.none, "NOTFOUND "),
        ] {
            try await domain.publish(records, in: world)
            let (_, output) = try await Danegate.run(
                ["recheck", "mendable.example"], environment: world.environment(settings))
            #expect(try await site.level("mendable.example") == level, "\(records): \(output)")
        }
        #expect(await site.gate.daemon.stop() == 0)
        await world.stop()
    }

    /// The roll-out goes by the recipients' domains, which nobody tells at delivery: behind a next hop of the site's
    /// own some have passed.
    @Test func anOwnNextHopIsHeldWhenAllAreRolledOut() async throws {
        let world = try await MailWorld([MailDomains.named("tlsa-invalid")])
        let scratch = try ScratchDirectory("policies")
        let file = try scratch.write("mx.tlsa-invalid.example enforce\n", to: "policy")
        let rows: [(settings: [String: String], level: String)] = [
            ([:], "OK dane-only"), (["ROLLOUT": "99"], "NOTFOUND "),
            (["ROLLOUT": "99", "POLICY_FILE": file], "OK dane-only"), (["ON_OWN_NEXT_HOP": "accept"], "NOTFOUND "),
        ]
        for (settings, level) in rows {
            let site = try await Site(world, settings)
            #expect(try await site.answers([("danegate", "[mx.tlsa-invalid.example]")]) == [level], "\(settings)")
            #expect(await site.gate.daemon.stop() == 0)
        }
        await world.stop()
    }

    /// Whom the gate lets pass although DANE is required must not wait in the queue for ever.
    @Test func whatIsAcceptedThoughRequiredGoesByItsRecords() async throws {
        let labels = ["no-tlsa", "tlsa-invalid", "verified"]
        let world = try await MailWorld(labels.map(MailDomains.named))
        let scratch = try ScratchDirectory("policies")
        let file = try scratch.write(labels.map { "\($0).example require\n" }.joined(), to: "policy")
        for (ruling, levels) in [
            ("reject", ["OK dane-only", "OK dane-only", "OK dane-only"]),
            ("accept", ["NOTFOUND ", "NOTFOUND ", "OK dane-only"]),
        ] {
            let site = try await Site(
                world, ["POLICY_FILE": file, "ON_DANE_REQUIRED": ruling, "ON_TLSA_INVALID": ruling])
            #expect(try await site.answers(labels.map { ("danegate", "\($0).example") }) == levels, "\(ruling)")
            #expect(await site.gate.daemon.stop() == 0)
        }
        await world.stop()
    }

    @Test(arguments: [
        "1000000000000000000:x,", "12:danegate a.b", "x", ":", "0000000005:hello,", "5000:danegate a,", "3:abcd",
    ])
    func whatIsNoNetstringEndsTheConnection(bytes: String) async throws {
        let world = try await MailWorld([MailDomains.named("verified")])
        let site = try await Site(world)
        let socket = site.socket
        let answer = try await onOwnThread {
            let client = try DoorClient(socket)
            try client.send(bytes)
            client.halfClose()
            return (try? client.rest()) ?? ""
        }
        #expect(answer.isEmpty, "\(answer)")
        #expect(try await site.answers([("danegate", "verified.example")]) == ["OK dane-only"])
        await world.stop()
    }
}
