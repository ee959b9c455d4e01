/// Why an argument is no destination.
public struct DestinationArgumentError: Error, Sendable {
    /// The reason, as a sentence.
    public let sentence: String
}
