/// Why a text must not be used in EHLO, as a clause.
public struct ClientNameError: Error, Sendable, CustomStringConvertible {
    /// The clause.
    public let description: String
    init(_ description: String) { self.description = description }
}
