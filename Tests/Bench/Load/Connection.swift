/// One connection of an MTA to the milter.
struct Connection {
    /// What it waits for.
    enum State {
        case closed, connecting, negotiation, connectAnswer, heloAnswer, mailAnswer, turn, recipientAnswer
    }

    /// As long as an answer can be.
    static let inputSize = 2048

    var descriptor: Int32 = -1
    var state = State.closed
    /// Messages begun on it, recipients asked for in the message.
    var messages = 0
    var recipients = 0
    /// When the recipient under way was due, and which name it has.
    var start: UInt64 = 0
    var name = 0
    /// Bytes read that are not a whole packet yet.
    var filled = 0
}
