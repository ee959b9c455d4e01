import Foundation

/// How wide the terminal is.
enum TerminalWidth {
    /// The columns of the terminal behind standard output, at most 120, which is as wide as text is read well; 80 without one.
    static var ofOutput: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return min(Int(size.ws_col), 120)
    }
}
