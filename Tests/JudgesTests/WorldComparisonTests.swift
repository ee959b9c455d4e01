import DANE
import Foundation
import Testing
import World

/// danegate, OpenSSL and Postfix, side by side on every domain of the world.
@Suite(.timeLimit(.minutes(10))) struct WorldComparisonTests {
    @Test func theJudgesAgreeOnTheWorld() async throws {
        // What a host sends to one client and not to the next proves nothing about either. If a host stalls, waiting
        // shows only how patient each judge is, and takes most of the time.
        let fickle = MailDomains.all.count(where: \.isFickle)
        let waiting = MailDomains.all.count(where: \.isWaiting)
        let world = try await MailWorld(MailDomains.all.filter { !$0.isFickle && !$0.isWaiting })
        let names = world.domains.map(\.name)
        let clock = ContinuousClock()
        var times = [clock.now]
        let environment = world.environment()
        let reports = try await CheckReport.all(of: names, environment: environment)
        times.append(clock.now)
        let unavailable = await PostfixJudge.unavailable()
        // Nobody is sent out of the world: an address that is not the world's is danegate's own to refuse.
        let inside = reports.filter { report in
            !world.leadsOutside(report.domain)
                && report.hosts.allSatisfy { $0.addresses.allSatisfy(\.isLoopback) && IPAddress($0.name) == nil }
        }
        var comparison = Comparison()
        let hosts = inside.flatMap { report in
            report.hosts.filter { !$0.tlsa.isEmpty }.flatMap { host in host.addresses.map { (report, host, $0) } }
        }
        // What is left out is the smaller part.
        #expect(inside.count * 2 > reports.count && hosts.count >= 100, "\(inside.count), \(hosts.count)")
        let port = world.hosts.port
        let questions = hosts.map {
            OpenSSLJudge.Question($0, $1, $2, port: port, expandedNextHop: world.expansion(of: $0.domain))
        }
        comparison.add(
            try await Exhibit.all(hosts.count) { indices in
                try await OpenSSLJudge.judge(indices.map { questions[$0] })
            } make: {
                try Exhibit(hosts[$0].0, hosts[$0].1, hosts[$0].2, $1)
            })
        times.append(clock.now)
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
        times.append(clock.now)
        let seconds = zip(times, times.dropFirst()).map { ($1 - $0).components.seconds }
        var lines = [
            "judges: world: \(inside.count) domains of \(MailDomains.all.count), \(hosts.count) addresses of hosts "
                + "with TLSA records",
            "judges: world: left out: \(waiting) whose hosts stall, \(fickle) that meet each client in their own way, "
                + "\(reports.count - inside.count) that lead out of the world",
            "judges: world: seconds: \(seconds[0]) danegate, \(seconds[1]) openssl, \(seconds[2]) postfix",
        ]
        if let unavailable { lines.append("judges: world: without Postfix: \(unavailable)") }
        say(lines + comparison.summary("world"))
        for exhibit in comparison.unknown { Issue.record("\(exhibit)") }
        await world.stop()
    }
}

extension OpenSSLJudge.Question {
    /// A host as danegate found it.
    ///
    /// - Parameter expandedNextHop: The name that the domain is an alias of, which is a reference identifier too (RFC
    ///   7672 §3.2.2).
    init(
        _ report: CheckReport, _ host: CheckReport.Host, _ address: CheckReport.Address, port: UInt16,
        expandedNextHop: String? = nil
    ) {
        self.init(
            address: address.address, port: port,
            names: [host.tlsa_base ?? host.name, report.domain] + (expandedNextHop.map { [$0] } ?? []),
            records: host.tlsa.map(\.presentation))
    }
}
