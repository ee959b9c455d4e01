/// Why there is no last good copy of the policy file.
struct PolicyCopyError: Error {
    /// The reason as a sentence; nil if there simply is no copy, which need not be reported.
    let sentence: String?
}
