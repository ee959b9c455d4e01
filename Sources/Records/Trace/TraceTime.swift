import Support

/// Times of the trace, in milliseconds since 1970.
public enum TraceTime {
    /// One hour.
    package static let hour: Int64 = 3_600_000

    /// Returns the time of the system's clock.
    public static func now() -> Int64 { SystemClock.wall.milliseconds }

    /// Returns the time since the machine was started, including time suspended.
    static func uptime() -> Int64 { SystemClock.sinceBoot.milliseconds }

    /// Returns a time for a person, `2026-11-23 14:00:00`, in UTC.
    package static func brief(_ time: Int64) -> String {
        UnixTime.text(Int64((Double(time) / 1000).rounded(.down))).replacing(" UTC", with: "")
    }
}
