/// Why an order about exemptions is not carried out.
public struct ExemptionOrderError: Error, Sendable {
    /// The kind of failure, as an exit status of sysexits.h.
    public let status: Int32
    /// The reason, as a sentence.
    public let sentence: String
}
