public import Inspection

/// Those in memory that the state file is read for. None of them lets what is read take the place of what is newer.
public struct StateHolders: Sendable {
    /// The book of faults, which is also what its part of the file is mended by.
    let faults: FaultBook
    /// Takes verdicts.
    let verdicts: @Sendable ([KeptVerdict]) -> Void
    /// Is told how many will come at most.
    let expecting: @Sendable (Int) -> Void
    /// Is asked for the body that verdicts are to have that say the same.
    let sharing: @Sendable (VerdictBody) -> VerdictBody
    /// Takes probe reports.
    let reports: @Sendable ([KeptReport]) -> Void

    /// The holders of the daemon.
    package init(_ keeper: VerdictKeeper, _ probes: ProbeCache?) {
        faults = keeper.faults
        verdicts = { keeper.restore($0) }
        expecting = { keeper.cache.reserve($0) }
        sharing = { keeper.cache.shared($0) }
        reports = { probes?.restore($0) }
    }

    /// Holders; they are called on the store's thread.
    public init(
        faults: FaultBook, verdicts: @escaping @Sendable ([KeptVerdict]) -> Void,
        reports: @escaping @Sendable ([KeptReport]) -> Void
    ) {
        expecting = { _ in }
        sharing = { $0 }
        self.faults = faults
        self.verdicts = verdicts
        self.reports = reports
    }
}
