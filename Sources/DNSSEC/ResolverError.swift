/// Why a resolver could not be made, as a sentence that names the file or the option.
public struct ResolverError: Error, Hashable, CustomStringConvertible {
    /// The sentence, without a full stop.
    public let description: String

    /// An error with this sentence.
    init(_ description: String) { self.description = description }
}
