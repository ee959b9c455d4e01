extension Setting {
    /// Whether a running daemon can adopt another value of the setting (`danegate reload`). The other settings decide
    /// what is opened, made or divided at the start.
    package static func isLive(_ name: String) -> Bool { live.contains(name) || name.hasPrefix("ON_") }

    private static let live: Set<String> = [
        "MODE", "MILTER_DEADLINE", "TRANSPORTS", "ROUTE", "ROLLOUT", "DEFER_FOR", "POLICY_FILE", "EXEMPT_LOCALPARTS",
        "ENFORCE_SENDERS", "EXEMPT_SENDERS", "EXEMPT_CLIENTS", "EXEMPT_AUTH", "EXEMPT_LIFT_AFTER", "HELP_URL",
        "CACHE_MIN_TTL",
        "CACHE_MAX_TTL", "CACHE_STALE_TTL", "FAILURE_TTL", "PROBE_TTL", "TRACE_RETENTION", "TRACE_ADDRESSES",
        "TRACE_ROWS", "LOG_ADDRESSES", "LOG_LEVEL",
    ]
}
