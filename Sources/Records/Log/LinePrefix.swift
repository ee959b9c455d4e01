import Glibc
import Logging

/// What precedes each line of the log.
enum LinePrefix: Sendable {
    /// Nothing, because syslog adds its own.
    case none
    /// The priority in the form of the journal: `<6>`.
    case priority
    /// Time and level, for a person or a file: `2026-11-28T19:15:58Z info `.
    case time
}

extension Logger.Level {
    /// The severity in syslog's numbers (RFC 3164 §4.1.1).
    var severity: Int32 {
        switch self {
        case .trace, .debug: LOG_DEBUG
        case .info: LOG_INFO
        case .notice: LOG_NOTICE
        case .warning: LOG_WARNING
        case .error: LOG_ERR
        case .critical: LOG_CRIT
        }
    }

    /// The index among all levels, the lowest first.
    var place: Int {
        switch self {
        case .trace: 0
        case .debug: 1
        case .info: 2
        case .notice: 3
        case .warning: 4
        case .error: 5
        case .critical: 6
        }
    }
}
