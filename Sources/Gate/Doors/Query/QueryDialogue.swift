import NIOCore

/// The dialogue at the query socket: one query, or any number of requests of Postfix's policy delegation. The first
/// line tells which of them.
struct QueryDialogue: Dialogue {
    /// Postfix itself closes a connection of policy delegation after 300 s (`smtpd_policy_service_max_idle`).
    static let idle = TimeAmount.seconds(600)
    // Nobody knows yet what such a client speaks. A query is the likeliest.
    static let full = "\(QueryAnswer.full)\n"

    private let gate: Gate
    /// The request of policy delegation whose lines come; nil until the first line has shown that it is one.
    private var policy: PolicyRequest?

    /// A dialogue whose questions a gate decides.
    init(_ gate: Gate) { self.gate = gate }

    var late: String? { policy == nil ? "\(QueryAnswer.late)\n" : nil }

    mutating func next(_ buffer: inout ByteBuffer, isAtEnd: Bool) -> DialogueStep {
        while let line = Self.line(&buffer) {
            if let step = take(line) { return step }
        }
        guard let policy else {
            // A query without the end of its line is a query all the same, because everybody gets an answer.
            if isAtEnd { return take(query: buffer.readableBytesView.prefix(QueryRequest.lineLimit)) }
            let bytes = buffer.readableBytesView
            // The attributes of policy delegation have no bound of 512 bytes.
            return bytes.count < QueryRequest.lineLimit
                || PolicyRequest.isAttribute(bytes) && bytes.count <= PolicyRequest.limit
                ? .wait : .answer(Self.text(.tooLong), isLast: true)
        }
        return policy.bytes + buffer.readableBytes <= PolicyRequest.limit
            ? .wait : .answer(PolicyAnswer.text(refusing: PolicyRequestError.tooLong.sentence), isLast: true)
    }

    /// The next line without its end, `\n` or `\r\n`; nil if it has not come.
    private static func line(_ buffer: inout ByteBuffer) -> ByteBufferView? {
        guard let end = buffer.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        let line = buffer.readSlice(length: end - buffer.readerIndex)?.readableBytesView
        buffer.moveReaderIndex(forwardBy: 1)
        buffer.discardReadBytes()
        return line?.last == UInt8(ascii: "\r") ? line?.dropLast() : line
    }

    /// Takes a line. Returns nil if the request goes on.
    private mutating func take(_ line: ByteBufferView) -> DialogueStep? {
        guard let policy else {
            guard PolicyRequest.isAttribute(line) else { return take(query: line) }
            return take(line, of: PolicyRequest())
        }
        return take(line, of: policy)
    }

    private func take(query line: ByteBufferView) -> DialogueStep {
        do throws(QueryError) {
            let request = try QueryRequest.read(line)
            return .ask(
                { [gate] then in gate.decide(request) { then("\(QueryAnswer.text($0))\n") } }, isLast: true)
        } catch {
            return .answer(Self.text(error), isLast: true)
        }
    }

    private static func text(_ error: QueryError) -> String { "\(QueryAnswer.text(error))\n" }

    private mutating func take(_ line: ByteBufferView, of begun: PolicyRequest) -> DialogueStep? {
        var request = begun
        do throws(PolicyRequestError) {
            let isWhole = try request.take(line)
            policy = isWhole ? PolicyRequest() : request
            guard isWhole else { return nil }
            guard let question = try request.request() else { return .answer(PolicyAnswer.none, isLast: false) }
            return .ask({ [gate] then in gate.decide(question) { then(PolicyAnswer.text($0)) } }, isLast: false)
        } catch {
            return .answer(PolicyAnswer.text(refusing: error.sentence), isLast: true)
        }
    }
}
