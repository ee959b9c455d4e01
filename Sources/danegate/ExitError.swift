import Foundation

/// The end of a command for a reason that has no type of its own.
struct ExitError: CommandError {
    let status: Int32
    let sentences: [String]

    /// An end with this exit status.
    init(_ status: Int32, _ sentences: [String]) {
        self.status = status
        self.sentences = sentences
    }

    /// An end with one sentence.
    init(_ status: Int32, _ sentence: String) { self.init(status, [sentence]) }

    /// What answers at the control socket is no daemon of this version.
    static let stranger = ExitError(EX_PROTOCOL, "a daemon of another version answers, or something else.")
    /// The settings have switched the control socket off.
    static let controlIsOff = ExitError(EX_UNAVAILABLE, "the control socket is off (DANEGATE_CONTROL_SOCKET).")
    /// Output that nobody could read must not look like success.
    static let unwritten = ExitError(EX_IOERR, "the output cannot be written.")
}
