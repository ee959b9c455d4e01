/// Who is told of inspections that have ended. Called from any task, before those who wait for the verdict are; does no I/O, and
/// does not wait.
public protocol InspectionJournal: Sendable {
    /// An inspection has ended.
    ///
    /// - Parameter demandingDANE: Whether policy demands DANE of the destination.
    func ended(_ inspection: Inspection, demandingDANE: Bool)
}
