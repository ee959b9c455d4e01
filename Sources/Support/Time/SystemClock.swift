import Glibc

/// The clocks of the system (clock_gettime(2)).
package enum SystemClock: Sendable {
    /// The time since 1970, which an administrator or NTP may set.
    case wall
    /// The same as of the last tick of the kernel, at most a few milliseconds late, and cheap to read.
    case coarseWall
    /// A time that nobody can set and that stands still while the machine is suspended.
    case monotonic
    /// The same as of the last tick of the kernel.
    case coarseMonotonic
    /// The time since the machine was started, which nobody can set and which includes the time suspended.
    case sinceBoot

    /// Whole seconds.
    package var seconds: Int64 { Int64(now.tv_sec) }

    /// Whole milliseconds.
    package var milliseconds: Int64 {
        let now = now
        return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
    }

    /// Whole microseconds.
    package var microseconds: Int64 {
        let now = now
        return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000
    }

    /// The time to the nanosecond.
    package var time: Duration {
        let now = now
        return .seconds(now.tv_sec) + .nanoseconds(now.tv_nsec)
    }

    /// The time as C functions take it.
    var now: timespec {
        let clock =
            switch self {
            case .wall: CLOCK_REALTIME
            case .coarseWall: CLOCK_REALTIME_COARSE
            case .monotonic: CLOCK_MONOTONIC
            case .coarseMonotonic: CLOCK_MONOTONIC_COARSE
            case .sinceBoot: CLOCK_BOOTTIME
            }
        var now = timespec()
        clock_gettime(clock, &now)
        return now
    }
}
