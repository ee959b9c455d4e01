/// A name on the way from the root to a domain, and what DNSSEC says there.
package struct ZoneLink: Sendable, Hashable {
    /// What the parent says about the name.
    package enum State: Sendable, Hashable {
        /// It has DS records for the name: a signed zone begins here.
        case signed
        /// It has none, and proves it: the name belongs to the zone above.
        case inside
        /// It has none, and an unsigned zone begins here or above.
        case unsigned
        /// Its answer is bogus.
        case bogus(String)
        /// It could not be found out.
        case unknown(String)
    }

    /// The name, in lower case without a trailing dot.
    package let name: String
    /// What is said there.
    package let state: State
}
