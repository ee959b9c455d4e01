/// Why nothing can be read from the message trace.
public struct TraceReaderError: Error, Sendable {
    /// The reason, as a sentence.
    public let sentence: String
}
