import NIOCore

/// Questions and answers of one connection, as a protocol has them: bytes in, steps out. It does no I/O, so what a
/// hostile client may send can be tried without a socket.
///
/// `DialogueHandler` asks it for the next step whenever more has come, and when an answer has left.
protocol Dialogue: SendableMetatype {
    /// How long a connection may say nothing between two questions.
    static var idle: TimeAmount { get }
    /// What a client is told whose question has not come in time; nil to close without a word.
    var late: String? { get }

    /// What a client is told in the place of an answer, because there is none.
    func excuse(_ why: DialogueExcuse) -> String

    /// Takes the next question out of what has come.
    ///
    /// It has a bound on what it leaves in the buffer: a question that is longer is answered, or the connection closed.
    ///
    /// - Parameters:
    ///   - buffer: What has come and has not been taken.
    ///   - isAtEnd: Whether nothing more will come.
    mutating func next(_ buffer: inout ByteBuffer, isAtEnd: Bool) -> DialogueStep
}

/// Why a client has no answer.
enum DialogueExcuse: Sendable {
    /// There are too many clients.
    case full
    /// The daemon stops.
    case stopping

    /// The reason, as a sentence without a full stop.
    var sentence: String {
        switch self {
        case .full: "too many clients ask at once; try again later"
        case .stopping: "the daemon is being stopped; try again later"
        }
    }

    /// The enhanced status code (RFC 3463 §3.4, §3.8), if the protocol has one.
    var code: String {
        switch self {
        case .full: "4.7.0"
        case .stopping: "4.3.2"
        }
    }
}

/// What is to be done next in a dialogue.
enum DialogueStep: Sendable {
    /// More must come first.
    case wait
    /// An answer.
    case answer(String, isLast: Bool)
    /// Work that hands over the answer: at once, on the same thread, or later, on any thread. It is given what tells
    /// whether the client has gone.
    case ask(
        @Sendable (_ isGone: @escaping @Sendable () -> Bool, _ then: @escaping @Sendable (String) -> Void) -> Void,
        isLast: Bool)
    /// The connection ends without an answer.
    case close
}
