/// Why a filter of the message trace makes no sense.
public struct TraceFilterError: Error, Sendable {
    /// The reason, as a sentence.
    public let sentence: String
}
