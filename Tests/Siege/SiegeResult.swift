import Foundation

/// What came out of an attack.
struct SiegeResult: Sendable {
    let name: String
    let rate: String
    let good: GoodMail
    /// Peaks: MiB, descriptors, threads.
    let memory: Int
    let descriptors: Int
    let threads: Int
    /// What `status` said, with how often, and the first line that was not OK.
    let statuses: [String: Int]
    let complaint: String?
    /// How long after the first good destination was put off `status` was not OK any more; nil if it stayed so.
    let told: Duration?
    let isAlive: Bool
    /// Answers to the attack that were wrong.
    let wrong: [String]

    /// The share of good destinations of a phase that were right and in time, in percent.
    func share(_ phase: GoodMail.Phase) -> Double {
        guard let tally = good.tallies[phase], tally.all > 0 else { return 100 }
        return Double(tally.right) * 100 / Double(tally.all)
    }

    /// What is not as it has to be.
    func faults(wanted: Int) -> [String] {
        var faults: [String] = []
        if !isAlive { faults.append("\(name): the daemon died") }
        if memory > 300 { faults.append("\(name): \(memory) MiB") }
        for tally in good.tallies.values { faults += tally.wrong.map { "\(name): wrong: \($0)" } }
        faults += wrong.map { "\(name): wrong: \($0)" }
        for phase in GoodMail.Phase.allCases where share(phase) < Double(wanted) {
            faults.append(
                "\(name): \(share(phase).digits) % of the good destinations were right and in time \(phase) it")
        }
        let suffered = good.tallies[.during].map { $0.putOff * 100 > $0.all * 5 } ?? false
        if suffered, told == nil { faults.append("\(name): status stayed OK although good destinations suffered") }
        return faults
    }

    /// The result as a row of the table.
    var line: String {
        let during = good.tallies[.during] ?? .init()
        let shares = GoodMail.Phase.allCases.map { share($0).digits }.joined(separator: " / ")
        let said = statuses.sorted { $0.value > $1.value }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        let after = told.map { ", after \(Int($0 / .seconds(1))) s" } ?? ""
        return
            "| \(name) | \(rate) | \(shares) (\(during.all)) | \(Int(during.percentile(50))) | "
            + "\(Int(during.percentile(99))) | \(memory) | \(descriptors) | \(threads) | "
            + "\(said)\(after)\(complaint.map { ": \($0)" } ?? "") | \(isAlive ? "yes" : "NO") |"
    }

    /// All results.
    static func table(_ results: [SiegeResult]) -> String {
        let head =
            "| attack | a second | good right in time, %: before / during / after (of) | p50 ms | p99 ms | MiB | "
            + "descriptors | threads | status | alive |\n|---|---|---|---|---|---|---|---|---|---|"
        return ([head] + results.map(\.line)).joined(separator: "\n")
    }
}

extension Double {
    /// With one digit behind the point.
    var digits: String { String(format: "%.1f", self) }
}
