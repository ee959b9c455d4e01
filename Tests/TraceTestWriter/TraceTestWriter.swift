import DANE
import Foundation

@testable import Inspection
@testable import Policy
@testable import Records

/// Writes a trace until it is killed, for tests that kill it. Its arguments are the state directory, and the number
/// after which to begin.
///
/// Each row has its number in all of its parts, so that an incomplete one can be recognised. It prints a line whenever
/// all that was handed over is written.
@main
struct TraceTestWriter {
    static func main() {
        var configuration = TraceStore.Configuration(directory: CommandLine.arguments[1])
        configuration.interval = .milliseconds(5)
        configuration.sweepInterval = .milliseconds(20)
        configuration.rows = 2000
        let store = TraceStore(configuration, log: GateLog(Settings()))
        store.begin()
        var number = Int(CommandLine.arguments[2]) ?? 0
        while true {
            for _ in 0..<Int.random(in: 1...200) {
                number += 1
                store.record(entry(number))
            }
            guard store.settle(within: .seconds(30)) else { return }
            try? FileHandle.standardOutput.write(contentsOf: Data("settled \(number)\n".utf8))
        }
    }

    private static func entry(_ number: Int) -> TraceEntry {
        let verdict = Verdict(outcome: .tlsaInvalid, host: "mx\(number).example", cause: "number \(number)")
        let ruling = Ruling(
            action: .reject, would: nil, outcome: .tlsaInvalid, code: nil, failingFor: .seconds(number), hazard: nil)
        return TraceEntry(
            time: TraceTime.now(), trace: "\(number)", sender: Recipient(path: "s\(number)@example.net"),
            recipient: Recipient(path: "r\(number)@d\(number).example"),
            destination: DomainName("d\(number).example").map { Destination(.domain($0), port: 25) },
            client: "192.0.2.1", authenticated: nil, verdict: verdict, ruling: ruling, reply: nil, queueID: "\(number)",
            mode: .enforce, isCached: false, policy: nil, addresses: .full)
    }
}
