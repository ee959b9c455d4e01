/// Why the file of the holds cannot be used.
struct HoldFileError: Error, Sendable {
    /// The sentence.
    let sentence: String
}
