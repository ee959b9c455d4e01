/// There is nothing to explain about a text.
public struct ExplainerError: Error, Sendable {
    /// The sentence, with what may have been meant.
    public let sentence: String
}
