/// Those in memory that the state file is read for. None of them lets what is read take the place of what is newer.
public struct StateHolders: Sendable {
    /// The book of faults, which is also what its part of the file is mended by.
    let faults: FaultBook
    /// Takes verdicts.
    let verdicts: @Sendable ([KeptVerdict]) -> Void
    /// Takes probe reports.
    let reports: @Sendable ([KeptReport]) -> Void

    /// Holders; they are called on the store's thread.
    public init(
        faults: FaultBook, verdicts: @escaping @Sendable ([KeptVerdict]) -> Void,
        reports: @escaping @Sendable ([KeptReport]) -> Void
    ) {
        self.faults = faults
        self.verdicts = verdicts
        self.reports = reports
    }
}
