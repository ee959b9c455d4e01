import Dispatch
import Synchronization

/// Connects a command's main thread, which may block, with asynchronous work.
enum Waiting {
    private final class Box<Result: Sendable>: Sendable {
        let value = Mutex<Result?>(nil)
    }

    /// Does the work on the cooperative pool, and blocks the calling thread until it is done. The thread must not
    /// belong to that pool.
    static func forResult<Result: Sendable>(_ work: @escaping @Sendable () async -> Result) -> Result {
        let box = Box<Result>()
        let done = DispatchSemaphore(value: 0)
        Task {
            let result = await work()
            box.value.withLock { $0 = result }
            done.signal()
        }
        while true {
            done.wait()
            if let result = box.value.withLock({ $0 }) { return result }
        }
    }
}
