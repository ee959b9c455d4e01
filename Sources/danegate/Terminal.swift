import Foundation

/// The terminal that a command prints to, if it does.
enum Terminal {
    /// The characters of a line; nil where standard output is no terminal and nothing need be cut.
    static var width: Int? {
        guard isatty(STDOUT_FILENO) == 1 else { return nil }
        var size = winsize()
        if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return max(40, Int(size.ws_col)) }
        return max(40, ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) } ?? 80)
    }

    /// Makes SIGINT and SIGTERM the good end of a command that goes on until it is told to leave off.
    static func endOnSignals() {
        for number in [SIGINT, SIGTERM] { signal(number) { _ in _exit(0) } }
        signal(SIGPIPE, SIG_IGN)
    }

    /// Waits so many milliseconds, or until nobody reads standard output any more.
    static func isReaderGone(within milliseconds: Int32) -> Bool {
        var output = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
        return poll(&output, 1, milliseconds) > 0 && output.revents & Int16(POLLERR | POLLHUP | POLLNVAL) != 0
    }
}
