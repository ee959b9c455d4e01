public import Inspection

/// The parts in memory for which the state file is read. None of them lets stored data replace newer data.
public struct StateHolders: Sendable {
    /// The book of faults. Its part of the file is also repaired from it.
    let faults: FaultBook
    /// Gets verdicts.
    let verdicts: @Sendable ([KeptVerdict]) -> Void
    /// Is told how many will come at most.
    let expecting: @Sendable (Int) -> Void
    /// Returns the body to use for all verdicts that say the same.
    let sharing: @Sendable (VerdictBody) -> VerdictBody
    /// Gets probe reports.
    let reports: @Sendable ([KeptReport]) -> Void

    /// The parts of the daemon.
    package init(_ keeper: VerdictKeeper, _ probes: ProbeCache?) {
        faults = keeper.faults
        verdicts = { keeper.restore($0) }
        expecting = { keeper.cache.reserve($0) }
        sharing = { keeper.cache.shared($0) }
        reports = { probes?.restore($0) }
    }

    /// Parts with these functions. They are called on the store's thread.
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
