package import DANE

/// The exemptions at one moment, for lookups of domains.
package final class ExemptionTable: Sendable {
    /// The exemptions.
    package let exemptions: [Exemption]
    private let exact: [DomainName: Exemption]
    /// By the domain above.
    private let below: [Substring: Exemption]

    /// Makes a table.
    package init(_ exemptions: [Exemption] = []) {
        self.exemptions = exemptions
        var exact: [DomainName: Exemption] = [:]
        var below: [Substring: Exemption] = [:]
        for exemption in exemptions {
            if exemption.pattern.isBelow {
                below[exemption.pattern.domain.text[...]] = exemption
            } else {
                exact[exemption.pattern.domain] = exemption
            }
        }
        self.exact = exact
        self.below = below
    }

    /// Returns the exemption of exactly this domain, at a time in seconds since 1970.
    func exemption(ofExactly domain: DomainName, at now: Int64) -> Exemption? {
        exact[domain].flatMap { $0.until > now ? $0 : nil }
    }

    /// Returns the most specific exemption that covers a domain, at a time in seconds since 1970.
    package func exemption(of domain: DomainName, at now: Int64) -> Exemption? {
        if let exemption = exemption(ofExactly: domain, at: now) { return exemption }
        guard !below.isEmpty else { return nil }
        for name in domain.parents {
            if let exemption = below[name], exemption.until > now { return exemption }
        }
        return nil
    }
}
