extension Setting {
    /// Whether a setting can be another in a running daemon (`danegate reload`). All others are what is opened, made or
    /// divided up at the start.
    static func isLive(_ name: String) -> Bool { live.contains(name) || name.hasPrefix("ON_") }

    private static let live: Set<String> = [
        "MODE", "MILTER_DEADLINE", "TRANSPORTS", "ROUTE", "ROLLOUT", "DEFER_FOR", "POLICY_FILE", "EXEMPT_LOCALPARTS",
        "ENFORCE_SENDERS", "EXEMPT_SENDERS", "EXEMPT_CLIENTS", "EXEMPT_AUTH", "EXEMPT_LIFT_AFTER", "HELP_URL",
        "CACHE_MIN_TTL",
        "CACHE_MAX_TTL", "CACHE_STALE_TTL", "FAILURE_TTL", "PROBE_TTL", "TRACE_RETENTION", "TRACE_ADDRESSES",
        "TRACE_ROWS", "LOG_ADDRESSES", "LOG_LEVEL",
    ]
}
