import Glibc
import Support
import Synchronization

/// The last line of a terminal, which changes while a command waits. It goes to standard error, and only if that is a
/// terminal.
public final class MovingLine: Sendable {
    private static let interval = Duration.milliseconds(250)

    private struct State {
        /// The text that stands there now.
        var shown = ""
        var task: Task<Void, Never>?
    }

    private let state = Mutex(State())

    private init() {}

    /// Draws a line four times per second until `end`.
    ///
    /// - Parameter text: Returns the line for a time since the beginning; empty for none. The line is cut to the width
    ///   of the terminal.
    /// - Returns: The line; nil if standard error is no terminal.
    public static func draw(_ text: @escaping @Sendable (Duration) -> String) -> MovingLine? {
        guard isatty(STDERR_FILENO) == 1 else { return nil }
        let line = MovingLine()
        let begun = ContinuousClock.now
        let task = Task {
            while !Task.isCancelled {
                try? await Task.sleep(for: interval)
                guard !Task.isCancelled else { return }
                line.show(text(.now - begun))
            }
        }
        line.state.withLock { $0.task = task }
        return line
    }

    /// Returns a character that turns with time.
    public static func turn(_ elapsed: Duration) -> Character { Array("|/-\\")[Int(elapsed.milliseconds / 250 % 4)] }

    /// Takes the line away while work writes to the terminal. It comes back afterwards.
    public func hidden(_ work: () throws -> Void) rethrows {
        try state.withLock { state in
            Self.draw("", over: &state)
            try work()
        }
    }

    /// Takes the line away for good.
    public func end() async {
        let task = state.withLock { $0.task }
        task?.cancel()
        await task?.value
        show("")
    }

    private func show(_ text: String) {
        // One column stays free, because some terminals go to the next line after the last column.
        let line = String(TerminalText.prefix(TerminalText.line(text), columns: max(0, Self.width - 1)))
        state.withLock { Self.draw(line, over: &$0) }
    }

    private static func draw(_ line: String, over state: inout State) {
        guard line != state.shown else { return }
        let rest = max(0, TerminalText.columns(state.shown) - TerminalText.columns(line))
        let blanks = String(repeating: " ", count: rest)
        // Blanks overwrite the rest of a longer line before, and the cursor goes back over them.
        let back = line.isEmpty ? "\r" : String(repeating: "\u{8}", count: rest)
        _ = WholeText.put("\r\(line)\(blanks)\(back)", STDERR_FILENO)
        state.shown = line
    }

    /// The columns of the terminal; 80 if it does not say.
    private static var width: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}
