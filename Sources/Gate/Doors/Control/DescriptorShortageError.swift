/// The process may open too few files to work with.
package struct DescriptorShortageError: Error, Equatable {
    /// What there is and what is needed, as a sentence without a full stop.
    package let sentence: String
}
