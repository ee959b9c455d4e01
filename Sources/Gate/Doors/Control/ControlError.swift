/// Why the daemon does not answer at the control socket. Each case has a sentence.
public enum ControlError: Error, Sendable {
    /// No daemon listens there.
    case noDaemon(String)
    /// There is no socket. A daemon may run nevertheless.
    case noSocket(String)
    /// There is a socket, but this user may not use it.
    case denied(String)
    /// A daemon listens and does not answer.
    case silent(String)

    /// The sentence.
    public var sentence: String {
        switch self {
        case .noDaemon(let sentence), .noSocket(let sentence), .denied(let sentence), .silent(let sentence):
            sentence
        }
    }
}
