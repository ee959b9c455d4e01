import DANE
import Foundation
import RuleMarks
import Testing
import World

/// Every hostile domain of the world at once, and good ones among them.
@Suite(.serialized, .timeLimit(.minutes(5))) struct HostileWorldTests {
    /// Domains that are judged at the same moment as the hostile ones, with every way out of the table.
    private static let bystanders = [
        "verified", "ta-root", "tlsa-invalid", "no-tlsa", "null-mx", "pkix-usages", "without-starttls", "ta-expired",
        "unsigned-host", "backup-verified",
    ]

    /// What a process has used until now.
    private struct Usage: CustomStringConvertible {
        /// The most memory that was resident at once.
        var peakKB = 0
        /// Seconds of processor time.
        var seconds = 0.0

        init(_ pid: Int32) throws {
            let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
            let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
            peakKB = peak?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0
            let stat = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
            // proc(5): utime and stime are the 14th and 15th field; the second one may hold blanks.
            let fields = stat.split(separator: ")").last?.split(separator: " ").compactMap { Double($0) } ?? []
            seconds = (fields[10] + fields[11]) / Double(sysconf(Int32(_SC_CLK_TCK)))
        }

        var description: String { "\(peakKB / 1024) MB at most, \(seconds) s" }
    }

    /// Asks for domains at once, each until there is a verdict, or what is known of those that have too many hosts for
    /// one.
    private func replies(
        _ gate: DaemonTests.Gate, _ domains: [MailDomain]
    ) async throws -> [String: MilterClient.Answer] {
        try await withThrowingTaskGroup(of: (String, MilterClient.Answer).self) { group in
            for domain in domains {
                group.addTask {
                    let deadline = ContinuousClock.now + .seconds(120)
                    while true {
                        let answer = try await gate.answer("<a@\(domain.name)>")
                        let isAwaited = "\(answer)".contains("pending: ") && domain.outcome != .pending
                        guard isAwaited, ContinuousClock.now < deadline else { return (domain.name, answer) }
                    }
                }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    @Test(.rules("F-54", "T-08")) func theGoodAreJudgedBesideTheHostile() async throws {
        let good = Self.bystanders.map(MailDomains.named)
        let hostile = MailDomains.hostileOnes
        let world = try await MailWorld(good + hostile)
        // The probe's own default: a hundred at once on a busy machine are slow without anyone's ill will.
        let settings = ["DEFER_FOR": "0", "FAILURE_TTL": "0", "MILTER_DEADLINE": "25s", "PROBE_TIMEOUT": "15s"]
        // What a daemon needs anyhow.
        let quiet = try await DaemonTests.Gate(world, settings)
        _ = try await replies(quiet, good)
        let quietUsage = try Usage(quiet.daemon.pid)
        #expect(await quiet.daemon.stop() == 0)

        let gate = try await DaemonTests.Gate(world, settings)
        let began = ContinuousClock.now
        let answers = try await replies(gate, (good + hostile).shuffled())
        let elapsed = ContinuousClock.now - began
        let usage = try Usage(gate.daemon.pid)
        for domain in good + hostile {
            let answer = try #require(answers[domain.name], "\(domain)")
            switch (domain.codes, answer) {
            case (nil, .continue): break
            case (let codes?, .reply(let text)) where text.hasPrefix(codes): break
            default: Issue.record("\(domain) (\(domain.row)) should be \(domain.codes ?? "accepted"): \(answer)")
            }
        }
        print(
            "\(good.count) good domains alone: \(quietUsage); beside \(hostile.count) hostile ones: \(usage), "
                + "\(elapsed)"
        )
        // It was 33 MB when this was written. A probe holds at most 512 KB of a host's bytes, and a lookup a message of
        // 64 KB, as bytes and as values. Some things that a process keeps come only with the first use. A leak or a
        // lost bound is far more.
        #expect(Sanitizer.isActive || usage.peakKB <= quietUsage.peakKB + 100 * 1024)
        // On average a hostile domain may cost what ten good ones do; it was less than two when this was written.
        let each = quietUsage.seconds / Double(good.count)
        #expect(usage.seconds <= quietUsage.seconds + each * 10 * Double(hostile.count))
        #expect(gate.daemon.status == nil)
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    /// RFC 7672 §10: a host that counts as unreachable for what the DNS says of it is not connected to.
    @Test(.rules("D-67", "V1", "V6", "V12")) func nobodyIsConnectedToWithoutSecureAnswers() async throws {
        let domains = MailDomains.all.filter { domain in
            ["V1", "V6", "V12"].contains(domain.row) && [.dnssecInvalid, .dnsUnavailable].contains(domain.outcome)
        }
        let world = try await MailWorld(domains + [MailDomains.named("verified")])
        _ = try await Danegate.run(["check"] + domains.map(\.name), environment: world.environment())
        #expect(world.hosts.connections == 0)
        // The count counts.
        _ = try await Danegate.run(["check", "verified.example"], environment: world.environment())
        #expect(world.hosts.connections > 0)
        await world.stop()
    }
}
