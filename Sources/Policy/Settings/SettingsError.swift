/// Why the settings cannot be used: all their faults.
public struct SettingsError: Error, Sendable {
    /// A sentence per fault.
    public let sentences: [String]
}
