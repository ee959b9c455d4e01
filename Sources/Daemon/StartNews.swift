import DNSSEC
import Gate
import Logging
import Policy
import Records
import Support
import Synchronization

/// What the log says at the start about things that are not as they should be, and from then on of libraries and
/// threads.
enum StartNews {
    /// Logs what was found out before there was a log, and follows what comes.
    ///
    /// - Parameter anchor: A warning about the trust anchor.
    static func tell(_ policies: PolicyBook, _ budget: DescriptorBudget, anchor: String?, _ log: GateLog) {
        tell(policies, log)
        follow(log)
        ThreadReserve.shared.follow { ThreadNews.tell($0, log) }
        LibraryLogHandler.install(log)
        if budget.isScaledDown { log.event(budget.limit < 1024 ? .warning : .notice, budget.line) }
        if let anchor { log.event(.warning, LogLine(event: "trust-anchor").adding("cause", anchor)) }
    }

    /// Keeps the policy file as the last good copy, or logs that the copy is in force.
    private static func tell(_ policies: PolicyBook, _ log: GateLog) {
        for sentence in policies.faults {
            log.event(.error, LogLine(event: "policy").adding("result", "copy").adding("cause", sentence))
        }
        guard let fault = policies.keepCopy() else { return }
        log.event(.warning, LogLine(event: "policy").adding("result", "not-kept").adding("cause", fault))
    }

    /// Logs what libunbound writes. Its first lines show settings with which it cannot start. Later ones are mostly
    /// about strangers' name servers.
    private static func follow(_ log: GateLog) {
        let early = Atomic<Int>(0)
        LibraryLog.follow { line, held in
            let level: Logger.Level = early.add(1, ordering: .relaxed).newValue <= 10 ? .notice : .debug
            guard log.writes(level) else { return }
            let event = LogLine(event: "libunbound").adding("message", line)
            log.event(level, held > 0 ? event.adding("repeated", "\(held)") : event)
        }
    }
}
