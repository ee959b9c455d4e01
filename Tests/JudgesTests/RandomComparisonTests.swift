import Foundation
import RuleMarks
import Testing
import World

/// danegate, OpenSSL and Postfix, side by side on random chains and TLSA sets.
///
/// A plain run draws the same cases each time, so that only a change of the code can make it fail. Other seeds look for
/// rare kinds of disagreement. `DANEGATE_TEST_SEED` gives one, or draws one if it is `new`. `DANEGATE_TEST_CASES` sets
/// the number of cases.
@Suite(.timeLimit(.minutes(20))) struct RandomComparisonTests {
    @Test(
        .rules(
            "D-44", "D-49", "D-51", "D-52", "D-53", "D-54", "D-57", "E-05", "E-07", "E-08", "E-10", "E-16", "E-17",
            "E-18", "T-04", "T-05", "T-08", "T-09", "T-10"))
    func theJudgesAgreeOnRandomCases() async throws {
        let settings = ProcessInfo.processInfo.environment
        let wanted = settings["DANEGATE_TEST_SEED"] ?? "7672"
        let seed = UInt64(wanted) ?? .random(in: 0...999_999_999)
        let count = settings["DANEGATE_TEST_CASES"].flatMap { Int($0) } ?? Sanitizer.times(300)
        // Told before anything can go wrong.
        say(["judges: random: seed \(seed), \(count) cases"])
        var chance = Chance(seed)
        let cases = (0..<count).map { DrawnCase(number: $0, &chance) }
        var comparison = Comparison()
        var verdicts: [JudgeVerdict: Int] = [:]
        let unavailable = await PostfixJudge.unavailable()
        // So many hosts at a time as a process has descriptors for.
        for start in stride(from: 0, to: count, by: 300) {
            let part = try await DrawnWorld(Array(cases[start..<min(start + 300, count)]))
            let exhibits = try await part.exhibits(withPostfix: unavailable == nil)
            comparison.add(exhibits)
            for exhibit in exhibits where exhibit.judge == .openssl { verdicts[exhibit.ours, default: 0] += 1 }
            await part.world.stop()
        }
        let ours = verdicts.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($1) \($0.rawValue)" }
        say(["judges: random: danegate's verdicts: \(ours.joined(separator: ", "))"] + comparison.summary("random"))
        if let unavailable { say(["judges: random: without Postfix: \(unavailable)"]) }
        for exhibit in comparison.unknown { Issue.record("seed \(seed), \(exhibit)") }
        let authenticated = verdicts[.authenticated, default: 0]
        #expect(count < 100 || authenticated * 3 > count, "too few cases authenticate to prove much")
    }

    @Test func aSeedRepeatsItsCases() {
        func cases(_ seed: UInt64) -> [String] {
            var chance = Chance(seed)
            return (0..<50).map { DrawnCase(number: $0, &chance).description }
        }
        #expect(cases(7) == cases(7))
        #expect(cases(7) != cases(8))
    }
}

extension DrawnWorld {
    /// All judges' opinions on all cases.
    fileprivate func exhibits(withPostfix: Bool) async throws -> [Exhibit] {
        let names = cases.map(\.domain)
        let port = world.hosts.port
        // Every host answers, be the machine as busy as it is.
        let patience = ["PROBE_TIMEOUT": "60s", "PROBE_CONNECT_TIMEOUT": "30s", "DNS_TIMEOUT": "30s"]
        let reports = try await CheckReport.all(of: names, environment: world.environment(patience))
        let hosts = try reports.map { report in
            guard let host = report.hosts.first, let address = host.addresses.first else {
                throw WorldError("\(report.domain) was not judged: \(report.cause)")
            }
            return (report, host, address)
        }
        let questions = hosts.map { OpenSSLJudge.Question($0, $1, $2, port: port) }
        let openssl = try await Exhibit.all(hosts.count) { indices in
            try await OpenSSLJudge.judge(indices.map { questions[$0] }, seconds: 20)
        } make: {
            try Exhibit(hosts[$0].0, hosts[$0].1, hosts[$0].2, $1, drawn: cases[$0])
        }
        guard withPostfix else { return openssl }
        let resolver = try await ValidatingResolver(before: world.names)
        let postfix = try await Exhibit.all(names.count) { indices in
            try await PostfixJudge.judge(indices.map { names[$0] }, port: port, by: resolver)
        } make: {
            try Exhibit(reports[$0], $1, drawn: cases[$0])
        }
        await resolver.stop()
        return openssl + postfix
    }
}
