/// The system's clock, in seconds since 1970.
public func unixTime() -> Int64 { SystemClock.wall.seconds }
