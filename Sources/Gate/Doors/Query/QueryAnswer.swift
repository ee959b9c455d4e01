import Support

/// The answer to a query: one line of at most 512 bytes, never empty.
enum QueryAnswer {
    /// The longest answer in bytes, with its end.
    static let limit = 512

    /// What a decision is in the words of the protocol, without the line's end.
    static func text(_ decision: Decision) -> String {
        guard case .ruled(let ruled) = decision, let reply = ruled.reply else { return "accept" }
        return bounded("\(reply.code < 500 ? "tempfail" : "reject") \(reply)")
    }

    /// A reply is shorter than that already (RFC 5321 §4.5.3.1.5). The bound is the protocol's own all the same.
    private static func bounded(_ text: String) -> String {
        text.utf8.count < limit ? text : PrintableText.of(text.utf8, limit: limit - 1)
    }

    /// That a line was no question.
    static func text(_ error: QueryError) -> String { "tempfail 451 4.3.5 \(error.sentence)" }

    /// That there is no answer.
    static func text(_ excuse: DialogueExcuse) -> String { "tempfail 451 \(excuse.code) \(excuse.sentence)" }
    /// That the client took too long.
    static let late = "tempfail 451 4.7.0 the query did not come in time"
}
