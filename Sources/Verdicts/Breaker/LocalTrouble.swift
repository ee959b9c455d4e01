import DNSSEC

/// A fault on our side and not on the recipients'. What is found while it lasts counts against nobody.
package struct LocalTrouble: Sendable, Hashable {
    /// The kind of fault. The raw values are the values of `cause` in the log's `event=breaker`.
    package enum Cause: String, Sendable, CaseIterable {
        /// This machine's clock is wrong.
        case clock
        /// The trust anchor does not match the root's keys, or there is none.
        case trustAnchor = "trust-anchor"
        /// The process, or the machine, has no file descriptors left.
        case descriptors
        /// The resolver does not work for another reason.
        case resolver
        /// The way to the DNS loses the proof that something does not exist.
        case denials
        /// Lookups of TLSA records fail on the way to the DNS, and others do not.
        case tlsa
        /// Destinations fail that worked a moment ago, for an unknown reason.
        case failures
    }

    /// What kind of trouble.
    package let cause: Cause
    /// What was seen, as a sentence without a full stop.
    package let sentence: String

    /// A fault with these values.
    init(_ cause: Cause, _ sentence: String) {
        self.cause = cause
        self.sentence = sentence
    }

    /// The fault for a fault of the resolver.
    init(_ fault: ResolverHealth.Fault) {
        cause =
            switch (fault.part, fault.cause) {
            case (_, .clock): .clock
            case (.denials, _): .denials
            case (.tlsa, _): .tlsa
            case (.rootKeys, .trustAnchor): .trustAnchor
            case (.rootKeys, _): .resolver
            }
        sentence = fault.sentence
    }
}

extension LocalTrouble.Cause {
    /// What to do about it, as a sentence without a full stop; nil if the sentence about the fault says enough.
    ///
    /// - Parameter forwarders: The forwarders of the resolver (`DNS_FORWARD`); empty for full recursion.
    package func advice(forwarders: [String]) -> String? {
        let (demand, test): (String, String)
        switch self {
        case .denials:
            (demand, test) = ("let NSEC and NSEC3 records pass and make up no answers", "dig +dnssec +cd MX .")
        case .tlsa:
            (demand, test) = ("let TLSA (type 52) pass", "dig +dnssec +cd TLSA _25._tcp.nonexistent")
        case .clock, .trustAnchor, .descriptors, .resolver, .failures:
            return nil
        }
        guard let first = forwarders.first?.split(separator: "@"), first.count == 2 else {
            return "have the firewall, or the forwarder of DANEGATE_DNS_CONFIG, \(demand), or name another forwarder "
                + "(DANEGATE_DNS_FORWARD); \(test) shows an NSEC record where all is well; "
                + "see danegate explain \(rawValue)"
        }
        let server = "@\(first[0])" + (first[1] == "53" ? "" : " -p \(first[1])")
        return "ask without \(forwarders.joined(separator: " or ")) (DANEGATE_DNS_FORWARD), or have it \(demand); "
            + "\(test) \(server) shows an NSEC record where all is well; see danegate explain \(rawValue)"
    }
}
