/// Why a policy file cannot be used: all its faults.
public struct PolicyError: Error, Sendable {
    /// A sentence per fault.
    public let sentences: [String]
}
