/// The door that a recipient came to. The raw values are those of `via=` in the log.
package enum DoorKind: String, Sendable, CaseIterable {
    /// The milter.
    case milter
    /// A query line.
    case query
    /// Postfix's policy delegation.
    case policy
}
