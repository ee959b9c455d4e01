import Foundation
import Glibc
import WorldServers

/// What is on machines of its own elsewhere, and shares one with what is measured here: it gets what the others leave.
enum OtherMachine {
    /// `SCHED_IDLE` of sched.h, which Glibc does not show to Swift.
    private static let idle: Int32 = 5

    /// Puts all threads of processes and of their children last (SCHED_IDLE, sched(7)), or back where they were.
    static func yields(_ isLast: Bool, _ processes: [ChildProcess]) {
        for process in processes.flatMap(\.tree) {
            let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")) ?? []
            for thread in threads.compactMap({ pid_t($0) }) { set(isLast, thread) }
        }
    }

    /// Puts the calling thread last.
    static func yieldThread() { set(true, 0) }

    private static func set(_ isLast: Bool, _ thread: pid_t) {
        var parameters = sched_param()
        sched_setscheduler(thread, isLast ? idle : SCHED_OTHER, &parameters)
    }
}
