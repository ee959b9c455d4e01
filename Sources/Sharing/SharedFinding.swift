import Probe

/// What another host has found by a probe, as read from the store.
struct SharedFinding: Sendable, Hashable {
    /// The finding.
    let foreign: ProbeReport.Foreign
    /// How long ago the connection was made.
    let age: Duration
    /// Whether it is one of the few that this host probes itself nevertheless.
    let isToBeChecked: Bool
}
