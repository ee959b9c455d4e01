/// The answer to a query: one line of at most 512 bytes, never empty.
enum QueryAnswer {
    /// What a decision is in the words of the protocol, without the line's end.
    static func text(_ decision: Decision) -> String {
        guard case .ruled(let ruled) = decision, let reply = ruled.reply else { return "accept" }
        return "\(reply.code < 500 ? "tempfail" : "reject") \(reply)"
    }

    /// That a line was no question.
    static func text(_ error: QueryError) -> String { "tempfail 451 4.3.5 \(error.sentence)" }

    /// That there is no room for the client.
    static let full = "tempfail 451 4.7.0 too many clients ask at once; try again later"
    /// That the client took too long.
    static let late = "tempfail 451 4.7.0 the query did not come in time"
}
