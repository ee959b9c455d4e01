import ArgumentParser
import Foundation
import World
import WorldServers

/// Attacks a daemon as the engineer of a hostile site would, beside good destinations that nobody has asked for before,
/// and prints what became of these.
@main
struct Siege: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deploy/siege",
        abstract: "Attacks danegate, and shows what becomes of good destinations beside each attack.",
        discussion: """
            Each attack has a daemon of its own, with nothing kept. Good destinations are asked for once each, before, \
            during and after; right and in time is the verdict that they have, within the milter's deadline. Exits 1 \
            if a verdict was wrong, a daemon died, took more than 300 MiB, or if fewer than --wanted percent of the \
            good destinations were right and in time during an attack.
            """)

    @Argument(help: "The attacks, or `all` for all at once; by default each, and then all at once: \(Attack.names).")
    var attacks: [String] = []

    @Option(help: "The program that is attacked.")
    var program: String

    @Option(help: "The seconds of an attack.")
    var seconds = 45

    @Option(help: "The seconds before and after it.")
    var around = 10

    @Option(help: "Good destinations a second.")
    var good = 2

    @Option(help: "The share of the rates, in percent.")
    var rate = 100

    @Option(help: "The share of good destinations that must be right and in time, in percent.")
    var wanted = 99

    func run() async throws {
        let names = attacks.isEmpty ? Attack.allCases.map(\.rawValue) + ["all"] : attacks
        let plan = try names.map { name in
            if name == "all" { return Attack.allCases }
            guard let attack = Attack(rawValue: name) else { throw ValidationError("There is no attack \(name).") }
            return [attack]
        }
        print("building the world: \(plan.count * (seconds + around * 2) * good) good destinations")
        let world = try await SiegeWorld(good: plan.count * (seconds + around * 2) * good, attacks: plan)
        var results: [SiegeResult] = []
        for attacks in plan {
            let result = try await SiegeRun(self, world, attacks).run()
            print(result.line)
            results.append(result)
        }
        await world.stop()
        print(SiegeResult.table(results))
        let faults = results.flatMap { $0.faults(wanted: wanted) }
        for fault in faults { print("FAULT: \(fault)") }
        if !faults.isEmpty { throw ExitCode(1) }
    }
}
