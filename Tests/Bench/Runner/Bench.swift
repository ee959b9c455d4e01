import ArgumentParser
import Foundation

/// Measures danegate beside its floor and its peers, and prints the results. It asserts nothing.
///
/// It must run in a network namespace of its own, as deploy/bench starts it, because its servers take the ports 25 and
/// 53 of the loopback interface.
@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deploy/bench", abstract: "Measures danegate beside its floor and its peers.")

    @Argument(help: "What to measure; everything by default, in this order: \(Phase.names).")
    var phases: [Phase] = []

    @Flag(help: "Tiny sizes, to see whether everything works. The figures mean nothing.")
    var quick = false

    @Option(help: "Alternating rounds of each figure.")
    var rounds = 5

    @Option(help: "The seconds of one warm round.")
    var seconds = 0.5

    @Option(help: "The seconds of the mixed load.")
    var mixedSeconds = 600

    @Option(help: "How many destinations memory grows to.")
    var destinations = 1_000_000

    @Option(help: "The file that the results are written to, one JSON object a line.")
    var results = ".build/bench-results.jsonl"

    @Flag(help: "Write today's instruction counts into Tests/Bench/instructions.txt.")
    var keepInstructions = false

    mutating func run() async throws {
        if quick {
            rounds = min(rounds, 2)
            seconds = min(seconds, 0.2)
            mixedSeconds = min(mixedSeconds, 10)
            destinations = min(destinations, 10_000)
        }
        let book = try ResultBook(at: results)
        let machine = await Machine.description()
        book.write(["machine": machine])
        let began = ContinuousClock.now
        let world = try await BenchWorld(isSmall: quick)
        book.say("The world is up after \(world.summary(since: began)).")
        let bench = Bench.Scene(options: self, world: world, book: book)
        for phase in phases.isEmpty ? Phase.allCases : phases {
            let start = ContinuousClock.now
            book.say("== \(phase.rawValue)")
            do {
                try await phase.run(bench)
            } catch {
                // The others still have something to say.
                book.note("\(phase.rawValue): not measured: \(error)")
            }
            book.say("   \(phase.rawValue): \((ContinuousClock.now - start).seconds.digits(1)) s")
        }
        await world.stop()
        print(book.markdown(machine: machine, load: "\(rounds) rounds"))
    }

    /// What every phase works with.
    struct Scene {
        let options: Bench
        let world: BenchWorld
        let book: ResultBook

        /// A size, or a small one where only a look is wanted.
        func size(_ whole: Int, quick: Int) -> Int { options.quick ? quick : whole }
    }
}

extension Duration {
    /// In seconds.
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}

extension Double {
    /// With so many digits behind the point.
    func digits(_ count: Int) -> String { String(format: "%.\(count)f", self) }
}

extension [Double] {
    /// The middle one; 0 of none.
    var median: Double {
        let sorted = sorted()
        guard !sorted.isEmpty else { return 0 }
        return sorted.count % 2 == 1
            ? sorted[sorted.count / 2] : (sorted[sorted.count / 2 - 1] + sorted[sorted.count / 2]) / 2
    }
}
