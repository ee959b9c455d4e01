import Glibc
import Synchronization

/// How far a survey is, as its parts tell it and the terminal shows it.
final class SurveyProgress: Sendable {
    /// A moment of it.
    struct Snapshot: Sendable {
        /// How many destinations are judged, and of how many.
        var done = 0
        var total = 0
        /// How many of them would be refused.
        var refused = 0
        /// Destinations a second, of late; nil until that can be told.
        var rate: Double?
        /// Why nothing goes on.
        var trouble: String?
        /// How many destinations are in doubt and wait to be tried again, and when the first of them is.
        var doubts = 0
        var again: ContinuousClock.Instant?

        /// The line for a terminal so many columns wide, one of which stays free.
        func line(width: Int) -> String {
            let share = total > 0 ? Double(done) / Double(total) : 0
            var text = "\(done)/\(total)  \(Percentage.text(done, of: total))"
            if let trouble {
                text += "  waiting: \(trouble)"
            } else {
                if let rate { text += "  \(rate < 10 ? Self.tenths(rate) : "\(Int(rate.rounded()))")/s" }
                let left = total - done
                if doubts > 0, let again {
                    text += "  \(Self.wait(doubts, again - .now))"
                } else if left > 0 {
                    let eta = rate.flatMap { $0 > 0 ? DurationText.long(.seconds(Double(left) / $0)) : nil }
                    text += "  ETA \(eta ?? "-")"
                }
                text += "  refused \(refused)"
            }
            text = String(text.unicodeScalars.map { $0.value < 0x20 || $0.value > 0x7E ? "?" : Character($0) })
            let room = max(0, width - 1)
            let bar = room - text.count - 4
            if bar >= 10 {
                let filled = Int(share * Double(min(bar, 40)))
                text += "  [\(String(repeating: "#", count: filled))"
                text += "\(String(repeating: ".", count: min(bar, 40) - filled))]"
            }
            return String(text.prefix(room))
        }

        /// What is waited for: `3 in doubt, again in 12 s`.
        static func wait(_ doubts: Int, _ left: Duration) -> String {
            // A moment is told as the second that it ends in.
            let seconds = max(0, (left.milliseconds + 999) / 1000)
            return "\(doubts) in doubt, again " + (seconds > 0 ? "in \(seconds) s" : "now")
        }

        private static func tenths(_ value: Double) -> String {
            let tenths = Int(value * 10)
            return "\(tenths / 10).\(tenths % 10)"
        }
    }

    private static let interval = Duration.milliseconds(250)
    /// The rate is that of so many intervals.
    private static let memory = 40

    private let now = Mutex(Snapshot())

    /// Changes what is told.
    func update(_ change: (inout Snapshot) -> Void) { now.withLock { change(&$0) } }

    /// Draws it on standard error, which is a terminal, until the task is cancelled.
    func draw() async {
        var history: [(at: ContinuousClock.Instant, done: Int)] = []
        while !Task.isCancelled {
            var snapshot = now.withLock { $0 }
            history.append((.now, snapshot.done))
            if history.count > Self.memory { history.removeFirst() }
            if let first = history.first, let last = history.last, last.at - first.at > .milliseconds(900) {
                snapshot.rate = Double(last.done - first.done) / ((last.at - first.at) / .seconds(1))
            }
            let width = Self.width
            let line = snapshot.line(width: width)
            WholeText.put("\r\(line)\(String(repeating: " ", count: max(0, width - 1 - line.count)))", STDERR_FILENO)
            try? await Task.sleep(for: Self.interval)
        }
        // What comes next gets a line of its own.
        WholeText.put("\r\(String(repeating: " ", count: max(0, Self.width - 1)))\r", STDERR_FILENO)
    }

    /// The terminal's columns, 80 where it does not say.
    private static var width: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}
