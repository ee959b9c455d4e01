import CUnbound
import Foundation

/// Measures libunbound alone: the questions about a destination, without DANE's rules, without a cache above
/// libunbound's own, and without a milter.
///
/// The arguments are the root hints, the trust anchor, a list of destinations, the number of questions at once, the
/// port of the TLSA records, and the number of contexts. It prints one line of JSON.
@main
struct BenchLookups {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst().map { $0 }
        guard arguments.count == 6, let width = Int(arguments[3]), let port = Int(arguments[4]),
            let contexts = Int(arguments[5])
        else {
            print("usage: BenchLookups ROOT-HINTS TRUST-ANCHOR LIST WIDTH PORT CONTEXTS")
            exit(64)
        }
        let names = try String(contentsOfFile: arguments[2], encoding: .utf8).split(separator: "\n").map(String.init)
        let runs = try (0..<contexts).map { index in
            try LookupRun(
                hints: arguments[0], anchor: arguments[1], port: port, width: width / contexts,
                names: names.enumerated().filter { $0.offset % contexts == index }.map(\.element))
        }
        let clock = ContinuousClock()
        let elapsed = clock.measure {
            for run in runs { run.start() }
            var polled = runs.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
            while runs.contains(where: { !$0.isDone }) {
                poll(&polled, nfds_t(polled.count), 1000)
                for run in runs { run.process() }
            }
        }
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
        let secure = runs.reduce(0) { $0 + $1.secure }
        let questions = runs.reduce(0) { $0 + $1.questions }
        print(
            "{\"destinations\":\(names.count),\"secure\":\(secure),\"questions\":\(questions),\"seconds\":\(seconds),"
                + "\"per_second\":\(Double(names.count) / seconds),\"contexts\":\(contexts)}")
    }
}
