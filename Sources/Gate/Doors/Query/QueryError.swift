/// Why a line is no query, as the client is told. The client tries again later, because a newer daemon may know what it
/// asks.
struct QueryError: Error, Equatable {
    /// The reason, as a sentence without a full stop.
    let sentence: String

    /// The line is longer than a query may be.
    static let tooLong = QueryError(sentence: "the query is longer than 512 bytes")
}
