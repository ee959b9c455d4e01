import Glibc
package import Synchronization

extension Mutex where Value: ~Copyable {
    /// As `withLock`, for what all of libmilter's threads want for a moment: whoever comes while it is free takes it.
    ///
    /// A `Mutex` on Linux hands itself on to those who wait, in turn. libmilter has hundreds of threads for a few cores when
    /// hundreds of connections are busy, and once one is preempted while it holds the lock, from then on every turn is a
    /// switch of threads: a third of the throughput was left, and a twentieth where all asked for the same domain. Here nobody
    /// queues: who finds it taken lets others run, and tries again.
    package func withLockBarging<Result: ~Copyable>(_ body: (inout sending Value) -> sending Result) -> sending Result {
        var tries = 0
        while true {
            if let result = withLockIfAvailable(body) { return result }
            tries += 1
            // The holder needs a core, for a fraction of a microsecond.
            if tries < 16 { sched_yield() } else { usleep(50) }
        }
    }
}
