import DANE
import Foundation
import Milter
import Synchronization

/// A milter for tests. It serves the socket given as first argument, decides by the recipient's local part, and writes
/// to standard output what happens to it.
///
/// The other arguments are optional: `mode=660`, `group=NAME`, `drain=SECONDS`, `connections=COUNT`,
/// `silence=MILLISECONDS`.
@main
struct MilterTestDaemon {
    static func main() {
        var options: [String: String] = [:]
        for argument in CommandLine.arguments.dropFirst(2) where !argument.isEmpty {
            let parts = argument.split(separator: "=", maxSplits: 1)
            options[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
        }
        do {
            let mailbox = try SignalMailbox.install()
            let service = MilterService(
                name: "danegate-test", socket: try MilterSocket(CommandLine.arguments.dropFirst().first ?? ""),
                mode: options["mode"].flatMap { UInt32($0, radix: 8) }, group: options["group"],
                limits: ConnectionLimits(
                    connections: options["connections"].flatMap(Int.init) ?? 8192,
                    silence: .milliseconds(options["silence"].flatMap(Int.init) ?? 10_000)),
                handler: ScriptedHandler(), log: { say($0) })
            try service.open()
            let failure = Mutex<MilterError?>(nil)
            try service.start { error in
                guard let error else { return }
                failure.withLock { $0 = error }
                mailbox.post(.terminate)
            }
            say("ready")
            serve(service, mailbox)
            service.stop(drain: .seconds(options["drain"].flatMap(Int.init) ?? 10))
            if let error = failure.withLock({ $0 }) { throw error }
            say("stopped, inflight=\(service.callbacksInFlight)")
        } catch {
            say("\(error)")
            exit(69)
        }
    }

    /// Reads signals until one of them ends the daemon.
    private static func serve(_ service: MilterService, _ mailbox: SignalMailbox) {
        while true {
            let signals = mailbox.wait()
            let counts = service.connectionCounts
            say(
                "signals \(signals) open=\(counts.open) silent=\(counts.silent) displaced=\(counts.displaced) "
                    + "rejected=\(counts.rejected) sessions=\(service.connectionsOpen)")
            if signals.contains(.user1) { letGo.signal() }
            if signals.contains(.terminate) || signals.contains(.interrupt) { return }
        }
    }
}

/// One line on standard output, at once.
private func say(_ line: String) { FileHandle.standardOutput.write(Data("\(line)\n".utf8)) }

/// Opened by SIGUSR1, and open from then on.
private let letGo = DispatchSemaphore(value: 0)

/// Decides by the local part: `reject`, `tempfail`, `wait-MILLISECONDS`, `hold` (until SIGUSR1), `echo`; all others may
/// pass.
private struct ScriptedHandler: RecipientHandler {
    func recipient(_ event: borrowing RecipientEvent) -> RecipientAnswer {
        // Past a source route, and before the percent hack.
        let address = event.recipientText.drop { $0 == "<" }
        let path = address.first == "@" ? address.drop { $0 != ":" }.dropFirst() : address
        let local = path.prefix { $0 != "@" && $0 != ">" && $0 != "%" }
        switch local {
        case "reject": return refuse(.init(.permanent, 7, 323), "rejected for \(event.ordinal)")
        case "tempfail": return refuse(.init(.persistentTransient, 7, 324), "deferred for \(event.ordinal)")
        case "shutdown":
            return .refuse(Reply(.init(.persistentTransient, 3, 2), detail: 21, text: "a 421 that must not be sent"))
        case "percent": return refuse(.init(.permanent, 7, 1), "100% \(event.recipientText)")
        case "long": return refuse(.init(.permanent, 7, 1), String(repeating: "long ", count: 1000))
        case "echo": return refuse(.init(.permanent, 7, 0), echo(event))
        case "say":
            say("event \(echo(event)) parameters=\(event.parameters)")
            return .continue
        default:
            if local == "hold" {
                say("holding")
                MilterService.wait {
                    letGo.wait()
                    letGo.signal()
                }
                return refuse(.init(.persistentTransient, 4, 0), "held")
            }
            if local.hasPrefix("wait-"), let milliseconds = UInt32(local.dropFirst(5)) {
                say("waiting")
                MilterService.wait { usleep(milliseconds * 1000) }
                return refuse(.init(.persistentTransient, 4, 0), "waited \(milliseconds)")
            }
            return .continue
        }
    }

    private func refuse(_ code: EnhancedStatusCode, _ text: String) -> RecipientAnswer {
        .refuse(Reply(code, detail: 100, text: text))
    }

    private func echo(_ event: borrowing RecipientEvent) -> String {
        func text(_ value: String?) -> String { value ?? "-" }
        return "session=\(event.session) to=\(event.recipientText.utf8.count > 80 ? "long" : event.recipientText) "
            + "bytes=\(event.recipient.count) cut=\(event.recipientIsCut) parameters=\(event.parameters.count) "
            + "from=\(text(event.sender)) mailer=\(text(event.mailer)) host=\(text(event.host)) "
            + "addr=\(text(event.address)) i=\(text(event.queueID)) client=\(text(event.clientAddress)) "
            + "name=\(text(event.clientName)) auth=\(text(event.authenticated)) daemon=\(text(event.daemonName)) "
            + "simulated=\(event.isSimulated)"
    }
}
