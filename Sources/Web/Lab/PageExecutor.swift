import Foundation
import Glibc
import Synchronization

/// Runs all that the page does on a thread of its own, which the system prefers last: pages and tests, however many,
/// take no turn from the tasks of recipients.
final class PageExecutor: TaskExecutor {
    /// The one of the process. Its thread is begun with the first job, and stays.
    static let shared = PageExecutor()

    /// How much less of a processor it gets than others where all want one (nice(1)).
    private static let niceness: Int32 = 10

    private struct State {
        var jobs: [UnownedJob] = []
        var isStarted = false
    }

    private let state = Mutex(State())
    private let condition = DispatchSemaphore(value: 0)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let starts = state.withLock { state in
            state.jobs.append(job)
            defer { state.isStarted = true }
            return !state.isStarted
        }
        if starts { Thread.detachNewThread { self.work() } }
        condition.signal()
    }

    private func work() {
        // Of this thread alone (setpriority(2), NOTES).
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Self.niceness)
        while true {
            condition.wait()
            let jobs = state.withLock { state in
                defer { state.jobs = [] }
                return state.jobs
            }
            for job in jobs { job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
    }
}
