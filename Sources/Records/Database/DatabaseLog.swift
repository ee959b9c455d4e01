package import Logging
import Support

/// What happens to a file of the state directory, as lines of the log.
package struct DatabaseLog: Sendable {
    /// The event of the lines, such as `trace`.
    package let event: String
    package let log: GateLog

    /// One of these parts.
    package init(event: String, log: GateLog) {
        self.event = event
        self.log = log
    }

    /// A line `event=… result=…`.
    ///
    /// - Parameters:
    ///   - result: What happened, a word.
    ///   - more: Further keys.
    ///   - repeated: Whether it may happen often: the line is then rate-limited with a count.
    package func tell(_ level: Logger.Level, _ result: String, _ more: [(String, String)], repeated: Bool = false) {
        var line = LogLine(event: event).adding("result", result)
        for (key, value) in more { line.add(key, value) }
        if repeated {
            log.event(level, repeated: "\(event)-\(result)", line)
        } else {
            log.event(level, line)
        }
    }
}
