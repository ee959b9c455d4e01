extension UnixTime {
    /// A time as ISO 8601: `2026-11-23T13:45:00Z`.
    public static func iso8601(_ seconds: Int64) -> String {
        text(seconds).dropLast(4).replacing(" ", with: "T") + "Z"
    }
}
