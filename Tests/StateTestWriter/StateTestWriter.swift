import DANE
import Foundation
import Inspection
import Policy
import Records
import Verdicts

/// Writes state until it is killed, for tests that kill it. Its argument is the state directory.
///
/// Each verdict has its number in all of its parts, so that an incomplete one can be recognised. It prints a line when
/// the fault has been noted, and whenever all that was handed over is written.
@main
struct StateTestWriter {
    static func main() {
        var configuration = StateStore.Configuration(directory: CommandLine.arguments.dropFirst().first ?? "")
        configuration.interval = .milliseconds(5)
        configuration.sweepInterval = .milliseconds(20)
        let store = StateStore(configuration, log: GateLog(Settings()))
        let book = FaultBook(deferFor: .seconds(900), journal: store)
        store.begin(StateHolders(faults: book, verdicts: { _ in }, reports: { _ in }))
        guard store.settle(within: .seconds(30)), let fixed = DomainName("fixed.example") else { return }
        book.note(.destination(Destination(.domain(fixed), port: 25)))
        say("noted")
        var number = 0
        while true {
            for _ in 0..<Int.random(in: 1...200) {
                number += 1
                // The last one is the counter, of which the latest counts.
                for label in ["d\(number % 1000)", "counter"] {
                    guard let name = DomainName("\(label).example") else { return }
                    store.kept(Self.verdict(name, number))
                }
            }
            book.note(.destination(Destination(.domain(fixed), port: 25)))
            guard store.settle(within: .seconds(30)) else { return }
            say("settled \(number)")
        }
    }

    private static func verdict(_ name: DomainName, _ number: Int) -> KeptVerdict {
        KeptVerdict(
            destination: Destination(.domain(name), port: 25), demandsDANE: false,
            verdict: Verdict(
                outcome: .verified, host: "mx\(number).\(name)", cause: "number \(number)",
                hazards: ["\(number)"]),
            made: 0, fresh: .seconds(10_000 + number), stale: .seconds(number))
    }

    private static func say(_ line: String) { try? FileHandle.standardOutput.write(contentsOf: Data("\(line)\n".utf8)) }
}
