import Dispatch
import Synchronization

/// Runs tasks on the thread that waits for them: one input after the other, with nothing left over.
final class InPlaceExecutor: TaskExecutor {
    private let jobs = Mutex<[UnownedJob]>([])
    private let condition = DispatchSemaphore(value: 0)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
        condition.signal()
    }

    /// Runs work, and returns what comes of it.
    func run<Result: Sendable>(_ work: @escaping @Sendable () async -> Result) -> Result {
        let result = Mutex<Result?>(nil)
        let box = Box(result)
        Task(executorPreference: self) {
            let value = await work()
            box.value.withLock { $0 = value }
        }
        while true {
            condition.wait()
            let job = jobs.withLock { $0.removeFirst() }
            job.runSynchronously(on: asUnownedTaskExecutor())
            if let value = box.value.withLock({ $0 }) { return value }
        }
    }

    private final class Box<Result: Sendable>: Sendable {
        let value: Mutex<Result?>
        init(_ value: consuming Mutex<Result?>) { self.value = value }
    }
}
