import Glibc
import Support

/// Times of the trace, in milliseconds since 1970.
public enum TraceTime {
    /// One hour.
    package static let hour: Int64 = 3_600_000

    /// Returns the time of the system's clock.
    public static func now() -> Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
    }

    /// Returns the time since the machine was started, including time suspended.
    static func uptime() -> Int64 {
        var now = timespec()
        clock_gettime(CLOCK_BOOTTIME, &now)
        return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
    }

    /// Returns a time in ISO 8601, `2026-11-23T14:00:00.250Z`.
    package static func text(_ time: Int64) -> String {
        let seconds = Int64((Double(time) / 1000).rounded(.down))
        let rest = "\(1000 + time - seconds * 1000)".dropFirst()
        return UnixTime.text(seconds).replacing(" UTC", with: ".\(rest)Z").replacing(" ", with: "T")
    }

    /// Returns a time for a person, `2026-11-23 14:00:00`, in UTC.
    package static func brief(_ time: Int64) -> String {
        UnixTime.text(Int64((Double(time) / 1000).rounded(.down))).replacing(" UTC", with: "")
    }
}
