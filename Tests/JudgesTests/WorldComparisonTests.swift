import DANE
import Foundation
import Testing
import World

/// danegate, OpenSSL and Postfix, side by side on every domain of the world.
@Suite(.timeLimit(.minutes(10))) struct WorldComparisonTests {
    @Test func theJudgesAgreeOnTheWorld() async throws {
        let world = try await MailWorld(MailDomains.all)
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
            report.hosts.filter { !$0.tlsa.isEmpty }.flatMap { host in
                host.addresses.map { (report: report, host: host, address: $0) }
            }
        }
        let questions = hosts.map { report, host, address in
            OpenSSLJudge.Question(
                address: address.address, port: world.hosts.port, names: [host.tlsa_base ?? host.name, report.domain],
                records: host.tlsa.map(\.presentation))
        }
        async let judgements = OpenSSLJudge.judge(questions)
        let resolver = unavailable == nil ? try await ValidatingResolver(before: world.names) : nil
        if let resolver {
            let opinions = try await PostfixJudge.judge(inside.map(\.domain), port: world.hosts.port, by: resolver)
            for (report, opinion) in zip(inside, opinions) {
                guard let exhibit = Exhibit(report, opinion, drawn: nil) else {
                    Issue.record("\(report.domain) has no verdict: \(report.cause)")
                    continue
                }
                comparison.add(exhibit)
            }
        }
        for (host, opinion) in zip(hosts, try await judgements) {
            guard let ours = host.address.verdict else {
                Issue.record("\(host.report.domain) has no verdict at \(host.address.address)")
                continue
            }
            comparison.add(
                Exhibit(
                    judge: .openssl, subject: host.report.domain, records: host.host.tlsa, ours: ours,
                    cause: host.address.cause, theirs: opinion, drawn: nil))
        }
        var lines = [
            "judges: world: \(inside.count) domains of \(reports.count), \(hosts.count) hosts with TLSA records"
        ]
        if let unavailable { lines.append("judges: world: without Postfix: \(unavailable)") }
        say(lines + comparison.summary("world"))
        for exhibit in comparison.unknown { Issue.record("\(exhibit)") }
        await resolver?.stop()
        await world.stop()
    }
}

extension Exhibit {
    /// What Postfix says of a domain, beside what danegate says of the address at which Postfix settled.
    init?(_ report: CheckReport, _ opinion: JudgeOpinion, drawn: DrawnCase?) {
        let host = opinion.place.flatMap { place in report.hosts.first { $0.name == place.name } }
        let address = host?.addresses.first { $0.address == opinion.place?.address }
        // Policy apart, which Postfix does not know.
        guard let ours = address?.verdict ?? host?.verdict ?? report.verdict else { return nil }
        self.init(
            judge: .postfix, subject: report.domain, records: (host ?? report.hosts.first)?.tlsa ?? [], ours: ours,
            cause: address?.cause ?? host?.cause ?? report.cause, theirs: opinion, drawn: drawn)
    }
}
