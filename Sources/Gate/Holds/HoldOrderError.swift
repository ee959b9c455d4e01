/// Why an order about holds is not carried out.
public struct HoldOrderError: Error, Sendable {
    /// The kind of failure, as an exit status of sysexits.h.
    public let status: Int32
    /// The sentence.
    public let sentence: String
}
