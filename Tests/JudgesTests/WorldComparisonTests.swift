import DANE
import Foundation
import Testing
import World

/// danegate, OpenSSL and Postfix, side by side on every domain of the world.
@Suite(.timeLimit(.minutes(10))) struct WorldComparisonTests {
    @Test func theJudgesAgreeOnTheWorld() async throws {
        // What a host shows to one client and not to the next proves nothing of either.
        let world = try await MailWorld(MailDomains.all.filter { !$0.isFickle })
        let names = world.domains.map(\.name)
        let environment = world.environment()
        let reports = try await CheckReport.all(of: names, environment: environment)
        let unavailable = await PostfixJudge.unavailable()
        // Nobody is sent out of the world: an address that is not the world's is danegate's own to refuse.
        let inside = reports.filter { report in
            report.hosts.allSatisfy { $0.addresses.allSatisfy(\.isLoopback) && IPAddress($0.name) == nil }
        }
        var comparison = Comparison()
        let hosts = inside.flatMap { report in
            report.hosts.filter { !$0.tlsa.isEmpty }.flatMap { host in host.addresses.map { (report, host, $0) } }
        }
        let port = world.hosts.port
        let questions = hosts.map { OpenSSLJudge.Question($0, $1, $2, port: port) }
        comparison.add(
            try await Exhibit.all(hosts.count) { indices in
                try await OpenSSLJudge.judge(indices.map { questions[$0] })
            } make: {
                try Exhibit(hosts[$0].0, hosts[$0].1, hosts[$0].2, $1)
            })
        if unavailable == nil {
            let resolver = try await ValidatingResolver(before: world.names)
            comparison.add(
                try await Exhibit.all(inside.count) { indices in
                    try await PostfixJudge.judge(indices.map { inside[$0].domain }, port: port, by: resolver)
                } make: {
                    try Exhibit(inside[$0], $1)
                })
            await resolver.stop()
        }
        var lines = [
            "judges: world: \(inside.count) domains of \(reports.count), \(hosts.count) hosts with TLSA records"
        ]
        if let unavailable { lines.append("judges: world: without Postfix: \(unavailable)") }
        say(lines + comparison.summary("world"))
        for exhibit in comparison.unknown { Issue.record("\(exhibit)") }
        await world.stop()
    }
}

extension OpenSSLJudge.Question {
    /// A host as danegate found it.
    init(_ report: CheckReport, _ host: CheckReport.Host, _ address: CheckReport.Address, port: UInt16) {
        self.init(
            address: address.address, port: port, names: [host.tlsa_base ?? host.name, report.domain],
            records: host.tlsa.map(\.presentation))
    }
}
