import Foundation
import Support

/// The terminal that a command prints to, if it prints to one.
enum Terminal {
    /// The page for standard output. Without a terminal it has no bounds and no colours. `NO_COLOR` (any value but the
    /// empty one, https://no-color.org) and `TERM=dumb` switch colours off.
    static var page: TerminalPage {
        guard let width else { return .endless }
        let environment = ProcessInfo.processInfo.environment
        let isPlain = environment["NO_COLOR"]?.isEmpty == false || environment["TERM"] == "dumb"
        var size = winsize()
        let isKnown = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_row > 0
        return TerminalPage(
            width: width, height: isKnown ? Int(size.ws_row) : environment["LINES"].flatMap { Int($0) } ?? 24,
            hasColour: !isPlain)
    }

    /// The characters of a line; nil if standard output is no terminal, so that nothing needs to be cut.
    static var width: Int? {
        guard isatty(STDOUT_FILENO) == 1 else { return nil }
        var size = winsize()
        if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return max(40, Int(size.ws_col)) }
        return max(40, ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) } ?? 80)
    }

    /// Lets SIGINT and SIGTERM end a command successfully that would otherwise go on for ever.
    static func endOnSignals() {
        for number in [SIGINT, SIGTERM] { signal(number) { _ in _exit(0) } }
        signal(SIGPIPE, SIG_IGN)
    }

    /// Waits so many milliseconds, or until nobody reads standard output any more, and returns whether that is so.
    static func isReaderGone(within milliseconds: Int32) -> Bool {
        var output = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
        return poll(&output, 1, milliseconds) > 0 && output.revents & Int16(POLLERR | POLLHUP | POLLNVAL) != 0
    }
}
