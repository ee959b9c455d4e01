import Foundation
import Rules
import Testing
import World

/// danegate, OpenSSL and Postfix, side by side on random chains and TLSA sets.
///
/// `DANEGATE_TEST_SEED` repeats a run, `DANEGATE_TEST_CASES` sets how many cases it has.
@Suite(.timeLimit(.minutes(20))) struct RandomComparisonTests {
    @Test(
        .rules(
            "D-44", "D-49", "D-51", "D-52", "D-53", "D-54", "D-57", "E-05", "E-07", "E-08", "E-10", "E-16", "E-17",
            "E-18",
            "T-04", "T-05", "T-08", "T-09", "T-10"))
    func theJudgesAgreeOnRandomCases() async throws {
        let settings = ProcessInfo.processInfo.environment
        let seed = settings["DANEGATE_TEST_SEED"].flatMap { UInt64($0) } ?? .random(in: 0...999_999_999)
        let count = settings["DANEGATE_TEST_CASES"].flatMap { Int($0) } ?? 300
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
            for exhibit in try await part.exhibits(withPostfix: unavailable == nil) {
                comparison.add(exhibit)
                if exhibit.judge == .openssl { verdicts[exhibit.ours, default: 0] += 1 }
            }
            await part.world.stop()
        }
        let ours = verdicts.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($1) \($0.rawValue)" }
        say(["judges: random: danegate's verdicts: \(ours.joined(separator: ", "))"] + comparison.summary("random"))
        if let unavailable { say(["judges: random: without Postfix: \(unavailable)"]) }
        for exhibit in comparison.unknown { Issue.record("seed \(seed), \(exhibit)") }
        #expect(verdicts[.authenticated, default: 0] * 4 > count, "too few cases authenticate to prove much")
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
        let reports = try await CheckReport.all(of: names, environment: world.environment())
        let hosts = try reports.map { report in
            guard let host = report.hosts.first, let address = host.addresses.first, let verdict = address.verdict
            else {
                throw WorldError("\(report.domain) was not judged: \(report.cause)")
            }
            return (host, address, verdict)
        }
        var exhibits: [Exhibit] = []
        let questions = zip(reports, hosts).map { report, host in
            OpenSSLJudge.Question(
                address: host.1.address, port: port, names: [host.0.tlsa_base ?? host.0.name, report.domain],
                records: host.0.tlsa.map(\.presentation))
        }
        for (index, opinion) in try await OpenSSLJudge.judge(questions, seconds: 20).enumerated() {
            exhibits.append(
                Exhibit(
                    judge: .openssl, subject: names[index], records: hosts[index].0.tlsa, ours: hosts[index].2,
                    cause: hosts[index].1.cause, theirs: opinion, drawn: cases[index]))
        }
        guard withPostfix else { return exhibits }
        let resolver = try await ValidatingResolver(before: world.names)
        for (index, opinion) in try await PostfixJudge.judge(names, port: port, by: resolver).enumerated() {
            guard let exhibit = Exhibit(reports[index], opinion, drawn: cases[index]) else {
                throw WorldError("\(names[index]) has no verdict: \(reports[index].cause)")
            }
            exhibits.append(exhibit)
        }
        await resolver.stop()
        return exhibits
    }
}
