/// What an inspection of our own begins with when several hosts share what they know.
package struct SharedClaim: Sendable {
    /// For how long others have seen the destination failing or in doubt.
    package let ages: SharedAges
    /// What others say, which does not suffice; nil if they say nothing.
    package let known: SharedVerdict?
    /// What this host has locked the destination with, so that others wait for the result; nil if it has not.
    package let lock: [UInt8]?

    /// A claim; by default others know nothing, and none of them waits.
    package init(ages: SharedAges = SharedAges(), known: SharedVerdict? = nil, lock: [UInt8]? = nil) {
        self.ages = ages
        self.known = known
        self.lock = lock
    }
}
