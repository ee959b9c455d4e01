package import Logging
import Support

/// Logs what happens to a file of the state directory.
package struct DatabaseLog: Sendable {
    /// The event of the lines, such as `trace`.
    package let event: String
    package let log: GateLog

    /// Makes one from its parts.
    package init(event: String, log: GateLog) {
        self.event = event
        self.log = log
    }

    /// Writes a line `event=… result=…`.
    ///
    /// - Parameters:
    ///   - level: The level of the line.
    ///   - result: What happened, in one word.
    ///   - more: Further keys.
    ///   - repeated: Whether it may happen often. The line is then rate-limited, with a count.
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
