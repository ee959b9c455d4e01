import Logging
import Glibc
package import Records
package import Support

/// The log lines about threads that the system does not give: `event=threads`.
package enum ThreadNews {
    /// What to check if the system gives no threads.
    static let advice =
        "raise TasksMax of the unit, or ulimit -u, or kernel.threads-max, or find who has them: "
        + "ps -eLo user= | sort | uniq -c"

    /// Why a daemon does not start without its threads.
    package static func shortage(errno code: Int32) -> String {
        "The system gives danegate no more threads (\(String(cString: strerror(code)))): \(advice)."
    }

    /// Writes a line when threads have become short, and when there are enough again.
    package static func tell(_ standing: ThreadReserve.Standing, _ log: GateLog) {
        let line = LogLine(event: "threads").adding("result", standing.isShort ? "short" : "ok")
            .adding("refused", "\(standing.refused)").adding("held", "\(standing.held)")
            .adding("owed", "\(standing.owed)")
        // Every change gets a line. A shortage and its end may be seconds apart, and neither must suppress the other.
        log.event(
            standing.isShort ? .error : .notice,
            standing.isShort ? line.adding("cause", "the system gives no more threads (EAGAIN): \(advice)") : line)
    }
}
