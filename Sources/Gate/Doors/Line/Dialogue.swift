import NIOCore

/// Questions and answers of one connection, as a protocol has them: bytes in, steps out. It does no I/O, so what a
/// hostile client may send can be tried without a socket.
///
/// `DialogueHandler` asks it for the next step whenever more has come, and when an answer has left.
protocol Dialogue: SendableMetatype {
    /// How long a connection may say nothing between two questions.
    static var idle: TimeAmount { get }
    /// What a client is told for which there is no place.
    static var full: String { get }
    /// What a client is told whose question has not come in time; nil to close without a word.
    var late: String? { get }

    /// Takes the next question out of what has come.
    ///
    /// It has a bound on what it leaves in the buffer: a question that is longer is answered, or the connection closed.
    ///
    /// - Parameters:
    ///   - buffer: What has come and has not been taken.
    ///   - isAtEnd: Whether nothing more will come.
    mutating func next(_ buffer: inout ByteBuffer, isAtEnd: Bool) -> DialogueStep
}

/// What is to be done next in a dialogue.
enum DialogueStep: Sendable {
    /// More must come first.
    case wait
    /// An answer.
    case answer(String, isLast: Bool)
    /// Work that hands over the answer: at once, on the same thread, or later, on any thread.
    case ask(@Sendable (_ then: @escaping @Sendable (String) -> Void) -> Void, isLast: Bool)
    /// The connection ends without an answer.
    case close
}
