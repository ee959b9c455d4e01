import Glibc
import Synchronization

/// The last line of a terminal, which changes while a command waits: on standard error, and only where that is a
/// terminal.
public final class MovingLine: Sendable {
    private static let interval = Duration.milliseconds(250)

    private struct State {
        /// What stands there now.
        var shown = ""
        var task: Task<Void, Never>?
    }

    private let state = Mutex(State())

    private init() {}

    /// Draws a line four times a second until `end`.
    ///
    /// - Parameter text: The line, after what time since the beginning; empty for none. It is cut to the terminal.
    /// - Returns: nil where standard error is no terminal.
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

    /// A character that turns as time goes by.
    public static func turn(_ elapsed: Duration) -> Character { Array("|/-\\")[Int(elapsed.milliseconds / 250 % 4)] }

    /// Does what writes to the terminal while the line is away. It comes back.
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
        // One column stays free: a terminal would go on to the next line.
        let line = String(TerminalText.prefix(TerminalText.line(text), columns: max(0, Self.width - 1)))
        state.withLock { Self.draw(line, over: &$0) }
    }

    private static func draw(_ line: String, over state: inout State) {
        guard line != state.shown else { return }
        let rest = max(0, TerminalText.columns(state.shown) - TerminalText.columns(line))
        let blanks = String(repeating: " ", count: rest)
        // What is shorter is written over what was there, and the cursor goes back behind it.
        let back = line.isEmpty ? "\r" : String(repeating: "\u{8}", count: rest)
        _ = WholeText.put("\r\(line)\(blanks)\(back)", STDERR_FILENO)
        state.shown = line
    }

    /// The terminal's columns, 80 where it does not say.
    private static var width: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}
