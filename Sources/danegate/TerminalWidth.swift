import Foundation

/// The width of the terminal.
enum TerminalWidth {
    /// The columns of the terminal behind standard output; 80 without one. At most 120, because longer lines are hard
    /// to read.
    static var ofOutput: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return min(Int(size.ws_col), 120)
    }
}
