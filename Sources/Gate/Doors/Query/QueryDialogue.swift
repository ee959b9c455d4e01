import NIOCore

/// The dialogue at the query socket: one query, or any number of requests of Postfix's policy delegation. The first
/// line tells which of them.
struct QueryDialogue: Dialogue {
    /// Postfix itself closes a connection of policy delegation after 300 s (`smtpd_policy_service_max_idle`).
    static let idle = TimeAmount.seconds(600)

    /// Decides on a recipient, and hands the decision over: at once, on the same thread, or later, on any.
    typealias Deciding = @Sendable (DoorRequest, @escaping @Sendable (Decision) -> Void) -> Void

    private let decide: Deciding
    /// The request of policy delegation whose lines come; nil until the first line has shown that it is one.
    private var policy: PolicyRequest?

    /// A dialogue whose questions are decided so (`Gate.decide`).
    init(_ decide: @escaping Deciding) { self.decide = decide }

    var late: String? { policy == nil ? "\(QueryAnswer.late)\n" : nil }

    func excuse(_ why: DialogueExcuse) -> String {
        // Of a client that has said nothing nobody knows yet what it speaks. A query is the likeliest.
        policy == nil ? "\(QueryAnswer.text(why))\n" : PolicyAnswer.text(why)
    }

    mutating func next(_ buffer: inout ByteBuffer, isAtEnd: Bool) -> DialogueStep {
        while let line = Self.line(&buffer) {
            if let step = take(line) { return step }
        }
        let bytes = buffer.readableBytesView
        // The attributes of policy delegation have no bound of 512 bytes.
        if let begun = policy?.bytes ?? (PolicyRequest.begins(with: bytes) && !isAtEnd ? 0 : nil) {
            return begun + bytes.count <= PolicyRequest.limit
                ? .wait : .answer(PolicyAnswer.text(refusing: PolicyRequestError.tooLong.sentence), isLast: true)
        }
        // A query without the end of its line is a query all the same, because everybody gets an answer.
        return isAtEnd || bytes.count >= QueryRequest.lineLimit ? take(query: bytes) : .wait
    }

    /// The next line without its `\n`; nil if it has not come.
    private static func line(_ buffer: inout ByteBuffer) -> ByteBufferView? {
        guard let end = buffer.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        let line = buffer.readSlice(length: end - buffer.readerIndex)?.readableBytesView
        buffer.moveReaderIndex(forwardBy: 1)
        return line
    }

    /// Takes a line. Returns nil if the request goes on.
    private mutating func take(_ line: ByteBufferView) -> DialogueStep? {
        policy != nil || PolicyRequest.begins(with: line) ? take(attribute: line) : take(query: line)
    }

    private func take(query line: ByteBufferView) -> DialogueStep {
        do throws(QueryError) {
            let request = try QueryRequest.read(line)
            return .ask(
                { [decide] isGone, then in
                    decide(request.asked(by: isGone)) { then("\(QueryAnswer.text($0))\n") }
                }, isLast: true)
        } catch {
            return .answer("\(QueryAnswer.text(error))\n", isLast: true)
        }
    }

    private mutating func take(attribute line: ByteBufferView) -> DialogueStep? {
        // Taken out, because its values would be copied for each line otherwise.
        var request = policy.take() ?? PolicyRequest()
        defer { policy = request }
        do throws(PolicyRequestError) {
            guard try request.take(line) else { return nil }
            let whole = request
            request = PolicyRequest()
            guard let question = try whole.request() else { return .answer(PolicyAnswer.none, isLast: false) }
            return .ask(
                { [decide] isGone, then in decide(question.asked(by: isGone)) { then(PolicyAnswer.text($0)) } },
                isLast: false)
        } catch {
            return .answer(PolicyAnswer.text(refusing: error.sentence), isLast: true)
        }
    }
}
