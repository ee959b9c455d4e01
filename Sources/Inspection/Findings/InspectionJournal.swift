/// Takes in inspections that have ended. Any task may call it, before the callers that wait for the verdict go on. It
/// does no I/O, and does not wait.
public protocol InspectionJournal: Sendable {
    /// Notes that an inspection has ended.
    ///
    /// - Parameter demandingDANE: Whether policy demands DANE of the destination.
    func ended(_ inspection: Inspection, demandingDANE: Bool)
}
