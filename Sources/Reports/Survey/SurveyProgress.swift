import Glibc
import Support
import Synchronization

/// The progress of a survey. The parts of the survey set it, and the terminal shows it.
final class SurveyProgress: Sendable {
    /// The progress at one moment.
    struct Snapshot: Sendable {
        /// The number of destinations judged, and of all.
        var done = 0
        var total = 0
        /// The number of destinations that would be refused.
        var refused = 0
        /// Destinations per second, measured over the last seconds; nil until it can be measured.
        var rate: Double?
        /// Why the survey does not go on; nil if it does.
        var trouble: String?
        /// The number of doubtful destinations that wait for a second look, and when the first of them is due.
        var doubts = 0
        var again: ContinuousClock.Instant?

        /// Returns the line for a terminal of so many columns, of which one stays free.
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

        /// Returns what is waited for, such as `3 in doubt, again in 12 s`.
        static func wait(_ doubts: Int, _ left: Duration) -> String {
            // Parts of a second are rounded up.
            let seconds = max(0, (left.milliseconds + 999) / 1000)
            return "\(doubts) in doubt, again " + (seconds > 0 ? "in \(seconds) s" : "now")
        }

        private static func tenths(_ value: Double) -> String {
            let tenths = Int(value * 10)
            return "\(tenths / 10).\(tenths % 10)"
        }
    }

    private static let interval = Duration.milliseconds(250)
    /// The number of intervals over which the rate is measured.
    private static let memory = 40

    private let now = Mutex(Snapshot())

    /// Changes the progress.
    func update(_ change: (inout Snapshot) -> Void) { now.withLock { change(&$0) } }

    /// Draws the progress on standard error, which must be a terminal, until the task is cancelled.
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
        // The line is cleared for the text that comes next.
        WholeText.put("\r\(String(repeating: " ", count: max(0, Self.width - 1)))\r", STDERR_FILENO)
    }

    /// The columns of the terminal; 80 if it does not say.
    private static var width: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}
