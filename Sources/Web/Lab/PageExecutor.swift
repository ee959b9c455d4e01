import Foundation
import Glibc
import Support
import Synchronization

/// Runs what the page does on a thread of its own, which the system prefers last: pages and tests, however many, take
/// no turn from the tasks of recipients.
final class PageExecutor: TaskExecutor {
    /// The one of the pages. Its thread is begun with the first job, and stays.
    static let pages = PageExecutor(share: nil)
    /// The one of the tests, whose number would otherwise decide what a processor has left for recipients.
    static let tests = PageExecutor(share: ProcessorShare())

    /// How much less of a processor it gets than others where all want one (nice(1)).
    private static let niceness: Int32 = 10

    private struct State {
        var jobs: [UnownedJob] = []
        var isStarted = false
    }

    private let share: ProcessorShare?
    private let state = Mutex(State())
    private let condition = DispatchSemaphore(value: 0)

    /// - Parameter share: What it may take of a processor; nil for what there is.
    init(share: ProcessorShare?) { self.share = share }

    /// Has the system prefer the calling thread last (setpriority(2), NOTES: of this thread alone).
    static func yieldThread() { setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness) }

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
        Self.yieldThread()
        var share = share
        while true {
            condition.wait()
            let jobs = state.withLock { state in
                defer { state.jobs = [] }
                return state.jobs
            }
            for job in jobs {
                job.runSynchronously(on: asUnownedTaskExecutor())
                if let pause = share?.pause(used: threadTime(), at: .now) { usleep(pause) }
            }
        }
    }

    /// What the calling thread has used of processors, in seconds.
    private func threadTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
