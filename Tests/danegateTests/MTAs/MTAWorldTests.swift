import Foundation
import Testing
import World

/// The same destinations through every MTA and every way in: the same ruling, code and text.
@Suite(
    .timeLimit(.minutes(5)),
    .enabled(if: PostfixInstance.unavailable == nil, "\(PostfixInstance.unavailable ?? "")"))
struct MTAWorldTests {
    /// One danegate with all its doors open, and the MTAs before it.
    private struct Site: Sendable {
        let daemon: ChildProcess
        let query: String
        let postfix: PostfixInstance
        let policy: PostfixInstance
        let sendmail: SendmailInstance
        let exim: EximSite

        init(_ world: MailWorld, _ nextHops: [MTADestination]) async throws {
            let hops = nextHops.map { ($0.domain, $0.nextHop ?? "") }
            async let exim = EximSite(
                world, ["Debian's split configuration", "Next hops by domain"],
                files: [
                    "/etc/exim4/danegate_nexthops": hops.map { "\($0.0): \($0.1)\n" }.joined(),
                    // Where Exim itself would send it does not matter; that it can does.
                    "/etc/exim4/hubbed_hosts": hops.map { "\($0.0): mx.verified.example\n" }.joined(),
                ])
            self.exim = try await exim
            query = self.exim.socket
            // Postfix asks there, too.
            chmod(self.exim.exim.root.file("/run/danegate"), 0o755)
            let port = try freePort()
            let settings = self.exim.settings.merging(
                ["MILTER_SOCKET": "inet:\(port)@127.0.0.1", "DEFER_FOR": "0"]) { $1 }
            daemon = try await Danegate.start(environment: world.environment(settings))
            postfix = try await PostfixInstance(
                milter: "inet:127.0.0.1:\(port)",
                transports: Dictionary(hops.map { ($0.0, "smtp:\($0.1)") }) { $1 })
            policy = try await PostfixInstance(milter: "", extra: Self.policy(query, hops))
            sendmail = try SendmailInstance(
                lines: SendmailGuideTests.lines(["Every recipient judged"]),
                mailertable: nextHops.compactMap(\.mailertable).joined())
            try await SendmailGuideTests.start(
                sendmail, ["Every recipient judged"], places: ["inet:8895@": "inet:\(port)@"])
        }

        /// Policy delegation tells no next hop of its own, so each has a class of restrictions that names it.
        private static func policy(_ socket: String, _ hops: [(domain: String, nextHop: String)]) -> [String: String] {
            var settings: [String: String] = [:]
            for (number, hop) in hops.enumerated() {
                settings["hop\(number)"] =
                    "check_policy_service { unix:\(socket), policy_context=nexthop=\(hop.nextHop) }, permit"
            }
            settings["smtpd_restriction_classes"] = hops.indices.map { "hop\($0)" }.joined(separator: ", ")
            let table = hops.enumerated().map { "{ \($1.domain) = hop\($0) }" }.joined(separator: ", ")
            settings["smtpd_recipient_restrictions"] =
                "permit_auth_destination, check_recipient_access inline:{ \(table) }, "
                + "check_policy_service unix:\(socket), permit"
            return settings
        }

        /// What the query socket itself says, and what the MTAs make of it.
        func row(_ destination: MTADestination) async throws -> MTATable.Row {
            let hop = destination.nextHop ?? destination.domain
            let answer = try await onOwnThread { [query] in
                try DoorClient.query("check \(hop) to=\(destination.recipient)\n", at: query)
            }
            let words = answer.trimmingCharacters(in: .newlines).replacing(#/ \[[0-9A-Z]{26}\]/#, with: "")
            let said = words.replacing(#/^(reject|tempfail) /#, with: "")
            var came: [MTATable.Way: String] = [:]
            for (way, port) in [
                (MTATable.Way.postfixMilter, postfix.port), (.postfixPolicy, policy.port),
                (.sendmailMilter, sendmail.port), (.eximQuery, exim.exim.port),
            ] where way != .sendmailMilter || destination.nextHop == nil || destination.mailertable != nil {
                let reply = try await MTASession.reply(port, destination.recipient)
                came[way] = way.without(additions: reply, destination.recipient)
            }
            return .init(destination: destination, said: said, came: came)
        }

        func stop() async -> Int32? {
            await exim.stop()
            await sendmail.stop()
            await postfix.stop()
            await policy.stop()
            return await daemon.stop()
        }
    }

    @Test func everyWayInSaysTheSame() async throws {
        let world = try await MailWorld(MTADestination.labels.map(MailDomains.named))
        let hops = MTADestination.nextHops(port: world.hosts.port)
        let site = try await Site(world, hops)
        let table = MTATable(rows: try await Self.ask(site, world.domains.map(MTADestination.init) + hops))
        print(table.text)
        for row in table.rows {
            #expect(row.differences.isEmpty, "\(row.destination.recipient): \(row.said): \(row.came)")
            let codes = row.said == "accept" ? "250" : row.said
            #expect(codes.hasPrefix(row.destination.codes), "\(row.destination.recipient): \(row.said)")
            #expect(row.came.count >= 3)
        }
        #expect(table.rows.count >= 60)
        for way in ["milter", "query", "policy"] { #expect(site.daemon.output.contains(" via=\(way)"), "\(way)") }
        #expect(site.exim.exim.panics.isEmpty, "\(site.exim.exim.panics)")
        #expect(await site.stop() == 0)
        await world.stop()
    }

    /// Asks about all of them, some at a time.
    private static func ask(_ site: Site, _ destinations: [MTADestination]) async throws -> [MTATable.Row] {
        try await withThrowingTaskGroup(of: (Int, MTATable.Row).self) { group in
            var rest = destinations.enumerated().makeIterator()
            func addNext() {
                guard let (index, destination) = rest.next() else { return }
                group.addTask { (index, try await site.row(destination)) }
            }
            for _ in 0..<8 { addNext() }
            var rows: [(Int, MTATable.Row)] = []
            while let row = try await group.next() {
                rows.append(row)
                addNext()
            }
            return rows.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}
