/// Why data cannot be used although it passed validation.
struct MalformedRecordError: Error {
    /// A sentence without a full stop, printable.
    let reason: String

    /// An error with this reason.
    init(_ reason: String) { self.reason = reason }
}
