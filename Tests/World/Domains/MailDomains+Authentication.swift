import DANE

extension MailDomains {
    /// Rows V17 to V19: the certificate.
    static let authentication: [MailDomain] = [
        // V17: DANE-EE. Names and dates are ignored (RFC 7672 §3.1.1).
        ee("verified", rules: "D-09", "E-04") { $0.tlsa() },
        ee("ee-cert-sha256") { $0.tlsa(selector: 0) },
        ee("ee-spki-sha512", rules: "E-01") { $0.tlsa(matching: 2) },
        ee("ee-cert-full") { $0.tlsa(selector: 0, matching: 0) },
        ee("ee-spki-full") { $0.tlsa(matching: 0) },
        MailDomain("ee-expired", "V17", .verified, rules: "D-44", "E-05", "F-08") { draft in
            let chain = try await draft.chain(valid: .expired)
            try await draft.host(.normal(chain), tlsa: chain.tlsa())
        },
        MailDomain("ee-not-yet-valid", "V17", .verified, rules: "D-44", "E-05") { draft in
            let chain = try await draft.chain(valid: .notYet)
            try await draft.host(.normal(chain), tlsa: chain.tlsa())
        },
        MailDomain("ee-other-name", "V17", .verified, rules: "D-44", "D-52") { draft in
            let chain = try await draft.chain("other.example")
            try await draft.host(.normal(chain), tlsa: chain.tlsa())
        },
        MailDomain("ee-roll-over", "V17", .verified, rules: "D-59", "T-08") { draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain), tlsa: draft.chain().tlsa(), chain.tlsa())
        },
        MailDomain("ee-beside-malformed", "V17", .verified, rules: "E-16") { draft in
            // E-16: a malformed strong digest does not hide a good weak one.
            let chain = try await draft.chain()
            try await draft.host(.normal(chain), tlsa: "3 1 2 00", chain.tlsa())
        },
        MailDomain("ee-ipv4-only-of-two", "V17", .verified, rules: "S-06", "F-12", degraded: true) { draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain), tlsa: chain.tlsa())
            try await draft.address("mx", .normal(draft.chain()))
        },
        // V18: DANE-TA.
        ta("ta-root", rules: "E-04", "E-09", "T-09") { ($0.tlsa(usage: 2, selector: 0, depth: 2), nil) },
        ta("ta-intermediate", rules: "D-47", "E-09") { ($0.tlsa(usage: 2, depth: 1), [0, 1]) },
        ta("ta-full-not-sent", rules: "E-06", "E-08") { ($0.tlsa(usage: 2, selector: 0, matching: 0, depth: 1), [0]) },
        MailDomain("ta-domain-name", "V18", .verified, rules: "D-54") { draft in
            // D-54: with secure MX records the domain's own name will do.
            let chain = try await draft.chain(draft.domain)
            try await draft.host(.normal(chain), tlsa: chain.tlsa(usage: 2, depth: 1))
        },
        MailDomain("ta-wildcard", "V18", .verified, rules: "D-58") { draft in
            let chain = try await draft.chain("*.\(draft.domain)")
            try await draft.host(.normal(chain), tlsa: chain.tlsa(usage: 2, depth: 1))
        },
        // V19: nothing matches, or the chain is not in order.
        MailDomain("tlsa-invalid", "V19", .tlsaInvalid, rules: "D-16", "D-51") { draft in
            try await draft.host(.normal(draft.chain()), tlsa: draft.chain().tlsa())
        },
        MailDomain("tlsa-invalid-beside-unusable", "V19", .tlsaInvalid, rules: "F-13") { draft in
            // F-13: one usable record that does not match is enough.
            let chain = try await draft.chain()
            try await draft.host(.normal(chain), tlsa: draft.chain().tlsa(), chain.tlsa(usage: 1))
        },
        MailDomain("agility", "V19", .tlsaInvalid, rules: "D-60", "E-16", "F-17") { draft in
            // E-16: the strongest digest present alone counts.
            let chain = try await draft.chain()
            try await draft.host(.normal(chain), tlsa: chain.tlsa(), draft.chain().tlsa(matching: 2))
        },
        MailDomain("ta-not-sent", "V19", .tlsaInvalid, rules: "D-46", "E-06", "F-05") { draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain, sending: [0, 1]), tlsa: chain.tlsa(usage: 2, depth: 2))
        },
        MailDomain("ta-expired", "V19", .certificateExpired, rules: "E-07", "F-07") { draft in
            let chain = try await draft.chain(valid: .expired)
            try await draft.host(.normal(chain), tlsa: chain.tlsa(usage: 2, depth: 1))
        },
        MailDomain("ta-not-yet-valid", "V19", .tlsaInvalid) { draft in
            let chain = try await draft.chain(valid: .notYet)
            try await draft.host(.normal(chain), tlsa: chain.tlsa(usage: 2, depth: 1))
        },
        MailDomain("ta-other-name", "V19", .certificateHostMismatch, rules: "D-53", "E-20", "F-06") { draft in
            let chain = try await draft.chain("other.example")
            try await draft.host(.normal(chain), tlsa: chain.tlsa(usage: 2, depth: 1))
        },
        MailDomain("ta-too-long", "unreachable", .unreachable) { draft in
            // A chain of more links than are followed: a bound of ours, and no proof that it leads nowhere.
            var authority = try await CertificateAuthority.root()
            for number in 1...12 { authority = try await authority.intermediate("Link \(number)") }
            let chain = try await authority.issue("mx.\(draft.domain)")
            try await draft.host(.normal(chain), tlsa: chain.tlsa(usage: 2, selector: 0, depth: 13))
        },
        MailDomain("ta-partial-wildcard", "V19", .certificateHostMismatch, rules: "D-58") { draft in
            let chain = try await draft.chain("m*.\(draft.domain)")
            try await draft.host(.normal(chain), tlsa: chain.tlsa(usage: 2, depth: 1))
        },
    ]

    private static func ee(
        _ label: String, rules: String..., record: @escaping @Sendable (IssuedChain) -> String
    ) -> MailDomain {
        MailDomain(label, "V17", .verified, rules: rules) { draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain), tlsa: record(chain))
        }
    }

    /// A host with a record, and those certificates of its chain that it sends.
    private static func ta(
        _ label: String, rules: String...,
        make: @escaping @Sendable (IssuedChain) -> (record: String, sending: [Int]?)
    ) -> MailDomain {
        MailDomain(label, "V18", .verified, rules: rules) { draft in
            let chain = try await draft.chain()
            let (record, sending) = make(chain)
            try await draft.host(.normal(chain, sending: sending), tlsa: record)
        }
    }
}
