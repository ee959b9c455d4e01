public import Glibc
public import Synchronization

extension Mutex where Value: ~Copyable {
    /// The same as `withLock`, for locks that all of libmilter's threads need for a moment. Whoever comes while it is
    /// free gets it.
    ///
    /// On Linux, a `Mutex` is handed to the waiters in turn. When hundreds of connections are busy, libmilter has
    /// hundreds of threads for a few cores. Once a thread is preempted while it holds the lock, every turn needs a
    /// switch of threads from then on: throughput fell to a third, and to a twentieth if all asked for the same domain.
    /// Here nobody queues. A thread that finds the lock taken lets others run and tries again.
    @inlinable
    public func withLockBarging<Result: ~Copyable>(_ body: (inout sending Value) -> sending Result) -> sending Result {
        var tries = 0
        while true {
            if let result = withLockIfAvailable(body) { return result }
            tries += 1
            // The holder needs a core, but only for a fraction of a microsecond.
            if tries < 16 { sched_yield() } else { usleep(50) }
        }
    }
}
