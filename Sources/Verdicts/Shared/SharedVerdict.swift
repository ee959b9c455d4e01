package import DANE

/// A verdict that another host has found and told.
package struct SharedVerdict: Sendable, Hashable {
    /// What is true, as the other host says. Its `source` is not 0.
    package let verdict: Verdict
    /// How long ago it was found.
    package let age: Duration
    /// How much longer it is valid.
    package let fresh: Duration
    /// How much longer after that it may be used while it cannot be renewed. Zero unless it is good.
    package let stale: Duration
    /// The number of the host that has made the connection which it rests on; 0 if the one that told it has.
    package let finder: UInt16

    /// A verdict with these values.
    package init(_ verdict: Verdict, age: Duration, fresh: Duration, stale: Duration, finder: UInt16 = 0) {
        self.verdict = verdict
        self.age = age
        self.fresh = fresh
        self.stale = stale
        self.finder = finder
    }
}
