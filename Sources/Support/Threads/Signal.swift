import Glibc

/// A semaphore for threads that may block: those of libmilter, and our own.
///
/// It is not libdispatch's: on Linux that uses the wall clock, so that if the clock is set back by an hour, every
/// running wait takes an hour longer. Here time is that of the monotonic clock (pthread_condattr_setclock(3)).
package final class Signal: Sendable {
    // Unsafe, because neither is ever moved, and pthreads protects them.
    private nonisolated(unsafe) let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private nonisolated(unsafe) let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private nonisolated(unsafe) let count = UnsafeMutablePointer<Int>.allocate(capacity: 1)

    /// A semaphore at zero: everybody waits.
    package init() {
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
        count.initialize(to: 0)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        count.deallocate()
        condition.deallocate()
        mutex.deallocate()
    }

    /// Releases one waiter.
    package func signal() {
        pthread_mutex_lock(mutex)
        count.pointee += 1
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Waits to be released.
    package func wait() {
        pthread_mutex_lock(mutex)
        while count.pointee == 0 { pthread_cond_wait(condition, mutex) }
        count.pointee -= 1
        pthread_mutex_unlock(mutex)
    }

    /// Waits to be released, or until a time.
    ///
    /// - Returns: Whether it was released.
    package func wait(until deadline: ContinuousClock.Instant) -> Bool {
        let left = max(.zero, min(deadline - .now, .seconds(365 * 86400))).components
        var end = SystemClock.monotonic.now
        end.tv_sec += Int(left.seconds)
        end.tv_nsec += Int(left.attoseconds / 1_000_000_000)
        if end.tv_nsec >= 1_000_000_000 {
            end.tv_sec += 1
            end.tv_nsec -= 1_000_000_000
        }
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while count.pointee == 0 {
            // It may be released at the same moment as the time comes.
            if pthread_cond_timedwait(condition, mutex, &end) != 0, count.pointee == 0 { return false }
        }
        count.pointee -= 1
        return true
    }
}
