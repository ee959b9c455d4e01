import Foundation
import Glibc
import Logging

/// syslog(3), or standard error. One thread writes; see `LogWriter`.
struct LogSink: Sendable {
    private let usesSyslog: Bool

    /// openlog(3) keeps the pointer; a literal lives as long as the process.
    private static let ident: StaticString = "danegate"

    /// Opens syslog, or standard error where that is set or there is no /dev/log.
    init(_ target: Settings.LogTarget) {
        usesSyslog = target == .syslog && access("/dev/log", W_OK) == 0
        // In any case: libmilter tells syslog what is wrong with an MTA's bytes, whatever is set here.
        Self.ident.utf8Start.withMemoryRebound(to: CChar.self, capacity: Self.ident.utf8CodeUnitCount + 1) {
            openlog($0, LOG_PID, LOG_MAIL)
        }
        if target == .syslog, !usesSyslog {
            let line = LogLine(event: "log-target").adding("target", "stderr").adding("cause", "no /dev/log")
            write(.warning, line.description)
        }
    }

    /// Writes a line; one that cannot be written is lost.
    func write(_ level: Logger.Level, _ line: String) {
        if usesSyslog {
            // The line is an argument, never the format.
            line.withCString { text in withVaList([text]) { vsyslog(Self.priority(level), "%s", $0) } }
        } else {
            try? FileHandle.standardError.write(contentsOf: Data("\(line)\n".utf8))
        }
    }

    private static func priority(_ level: Logger.Level) -> Int32 {
        switch level {
        case .trace, .debug: LOG_DEBUG
        case .info: LOG_INFO
        case .notice: LOG_NOTICE
        case .warning: LOG_WARNING
        case .error: LOG_ERR
        case .critical: LOG_CRIT
        }
    }
}
