import DANE

extension MailDomains {
    /// Rules and failures in the field that no row of the table tells apart, in the order of their numbers.
    static let rules: [MailDomain] = serverSets + certificates + fieldFailures

    // MARK: Which hosts, and whether DANE applies

    private static let serverSets: [MailDomain] = [
        MailDomain("address-failed-at-first", "D-08", .verified, degraded: true) { draft in
            try await draft.host(named: "first", preference: 10, .noSTARTTLS)
            draft.wire = ["A", "AAAA"].map { WireFault("first.\(draft.domain)", $0, .servfail) }
            let chain = try await draft.chain("second.\(draft.domain)")
            try await draft.host(named: "second", preference: 20, .normal(chain), tlsa: chain.tlsa())
        },
        MailDomain("tlsa-failed-at-first", "D-19", .verified, degraded: true) { draft in
            let first = try await draft.chain("first.\(draft.domain)")
            try await draft.host(named: "first", preference: 10, .normal(first), tlsa: first.tlsa())
            draft.wire = [WireFault("\(draft.owner("first")).\(draft.domain)", "TLSA", .servfail)]
            let second = try await draft.chain("second.\(draft.domain)")
            try await draft.host(named: "second", preference: 20, .normal(second), tlsa: second.tlsa())
        },
        MailDomain("protected-backup", "D-23", .opportunistic) { draft in
            try await draft.host(named: "mx", preference: 10, .noSTARTTLS)
            let chain = try await draft.chain("backup.\(draft.domain)")
            try await draft.host(named: "backup", preference: 20, .normal(chain), tlsa: chain.tlsa())
        },
        // D-25 and D-54: the names before and behind the alias are both the next hop's.
        aliased("www.alias-for-mx", rules: "D-25", "D-54", "S-01") { _ in "www.alias-for-mx.example" },
        aliased("www.alias-for-mx-expanded", rules: "D-25", "D-54", "S-01") { $0 },
        MailDomain("required-unsigned", "D-26", .daneRequired, required: true) { draft in
            draft.zone.signing = .unsigned
            let chain = try await draft.chain()
            try await draft.host(.normal(chain), tlsa: chain.tlsa())
        },
        MailDomain("www.required-alias-to-unsigned", "D-26", .daneRequired, required: true) { draft in
            // The zone that the alias leads to has no DS: its MX records are insecure, though the alias is not.
            draft.zone = Zone("required-alias-to-unsigned.example", "www CNAME required-behind.example.")
            let chain = try await draft.chain("mx.required-alias-to-unsigned.example")
            try await draft.address("mx", .normal(chain))
            draft.publish([chain.tlsa()])
            draft.others = [
                Zone(
                    "required-behind.example", signing: .unsigned, "@ MX 10 mx.required-alias-to-unsigned.example.")
            ]
        },
        MailDomain("unsigned-mx-matching-host", "D-29", .opportunistic) { draft in
            // All is in order at the host, and yet it is not known to be the domain's.
            let chain = try await draft.chain("mx.matching-host.example")
            draft.zone = Zone(draft.domain, signing: .unsigned, "@ MX 10 mx.matching-host.example.")
            draft.others = [
                Zone(
                    "matching-host.example", "mx A \(try await draft.farm.add(.normal(chain)))",
                    "\(draft.owner("mx")) TLSA \(chain.tlsa())")
            ]
        },
        MailDomain("hosts-in-two-zones", "D-30", .opportunistic, degraded: true) { draft in
            // Each host is judged for itself: the one by its own records, the other without any.
            draft.mx(20, "mx.two-zones-unsigned.example.")
            draft.others = [
                Zone("two-zones-unsigned.example", signing: .unsigned, "mx A \(try await draft.farm.add(.noSTARTTLS))")
            ]
            try await draft.host(preference: 10, .normal(draft.chain()), tlsa: draft.chain().tlsa())
        },
        MailDomain("tlsa-insecure-at-expanded-name", "D-42", .verified) { draft in
            let chain = try await draft.chain()
            draft.mx(10, "mx")
            draft.record("mx CNAME host.expanded-insecure.example.")
            draft.publish([chain.tlsa()])
            draft.others = [
                Zone(
                    "expanded-insecure.example", "host A \(try await draft.farm.add(.normal(chain)))",
                    "\(draft.owner("host")) CNAME tlsa.expanded-unsigned.example."),
                Zone("expanded-unsigned.example", signing: .unsigned, "tlsa TLSA \(try await draft.chain().tlsa())"),
            ]
        },
        MailDomain("own-address-beside-dead-mx", "S-05", .noMailHost) { draft in
            let chain = try await draft.chain(draft.domain)
            draft.mx(10, "nothing")
            try await draft.address("@", .normal(chain))
            draft.publish([chain.tlsa()], at: "@")
        },
        MailDomain("wildcard-tlsa", "T-11", .verified) { draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain))
            draft.record("*._tcp.mx TLSA \(chain.tlsa())")
        },
        MailDomain("xn--bcher-kva", "I-01", .verified, rules: "I-04", "T-12") { draft in
            // Whoever asks for another form of the name than the A-label is sent away; SMTPUTF8 there is none.
            let chain = try await draft.chain()
            let host = SMTPHostBehaviour.sni(["mx.xn--bcher-kva.example": chain], default: nil)
            try await draft.host(host.answeringEHLO("250-mx", "250 STARTTLS"), tlsa: chain.tlsa())
        },
        MailDomain("raw-u-label-for-mx", "T-12", .noMailHost) { draft in
            // UTF-8 in the DNS itself is no host name, and no base for TLSA records.
            draft.mx(10, "b\\195\\188cher")
            try await draft.address("b\\195\\188cher", .noSTARTTLS)
        },
        MailDomain("odd-spelling", "I-05", .verified) { draft in
            let chain = try await draft.chain("mx_1.\(draft.domain)")
            draft.mx(10, "MX_1.Odd-Spelling.Example.")
            try await draft.address("mx_1", .sni(["mx_1.\(draft.domain)": chain], default: nil))
            draft.publish([chain.tlsa()], at: "mx_1")
        },
    ]

    // MARK: What the certificate must be

    private static let certificates: [MailDomain] = [
        MailDomain("ta-path-length", "D-49", .tlsaInvalid) { draft in
            // The root lets no CA stand below it; it need not be sent, and is held to what it says all the same.
            let chain = try await CertificateAuthority.root(pathLength: 0).intermediate().issue("mx.\(draft.domain)")
            let record = chain.tlsa(usage: 2, selector: 0, matching: 0, depth: 2)
            try await draft.host(.normal(chain, sending: [0, 1]), tlsa: record)
        },
        MailDomain("ta-common-name", "D-57", .verified) { draft in
            let chain = try await CertificateAuthority.root().issue(commonName: "mx.\(draft.domain)")
            try await draft.host(.normal(chain), tlsa: chain.tlsa(usage: 2, depth: 1))
        },
        MailDomain("ta-common-name-beside-dns-name", "D-57", .certificateHostMismatch) { draft in
            let chain = try await CertificateAuthority.root().issue("other.example", commonName: "mx.\(draft.domain)")
            try await draft.host(.normal(chain), tlsa: chain.tlsa(usage: 2, depth: 1))
        },
        MailDomain("ta-wildcard-too-high", "D-58", .certificateHostMismatch) { draft in
            let chain = try await draft.chain("*.\(draft.domain)")
            try await draft.host(named: "a.b", .normal(chain), tlsa: chain.tlsa(usage: 2, depth: 1))
        },
        MailDomain("only-ta-full-cert-need-not-be-sent", "E-08", .tlsaInvalid) { draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain, sending: [0]), tlsa: chain.tlsa(usage: 2, selector: 0, depth: 1))
        },
        MailDomain("ta-key-not-sent", "E-10", .verified) { draft in
            let chain = try await draft.chain()
            try await draft.host(
                .normal(chain, sending: [0, 1]), tlsa: chain.tlsa(usage: 2, matching: 0, depth: 2))
        },
        MailDomain("agility-full", "E-17", .verified) { draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain), tlsa: chain.tlsa(matching: 0), draft.chain().tlsa(matching: 2))
        },
        MailDomain("agility-other-selector", "E-18", .verified) { draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain), tlsa: chain.tlsa(), draft.chain().tlsa(selector: 0, matching: 2))
        },
        MailDomain("last-of-five", "T-08", .verified) { draft in
            let chain = try await draft.chain()
            var records: [String] = []
            for _ in 0..<4 { records.append(try await draft.chain().tlsa()) }
            try await draft.host(.normal(chain))
            draft.publish(records + [chain.tlsa()])
        },
        MailDomain("self-signed-as-anchor", "T-10", .tlsaInvalid) { draft in
            let chain = try await IssuedChain.selfSigned("mx.\(draft.domain)")
            try await draft.host(.normal(chain), tlsa: chain.tlsa(usage: 2), chain.tlsa(usage: 2, selector: 0))
        },
    ]

    // MARK: What goes wrong in the field

    private static let fieldFailures: [MailDomain] = [
        MailDomain("renewed-with-new-key", "F-01", .tlsaInvalid) { draft in
            let before = try await draft.chain()
            try await draft.host(.normal(draft.chain()), tlsa: before.tlsa())
        },
        renewed("renewed-with-same-key", .tlsaInvalid) { $0.tlsa(selector: 0) },
        renewed("renewed-with-same-key-sha512", .tlsaInvalid) { $0.tlsa(selector: 0, matching: 2) },
        renewed("renewed-key-published", .verified) { $0.tlsa() },
        MailDomain("stale-issuer", "F-04", .tlsaInvalid) { draft in
            let before = try await CertificateAuthority.root().issue("mx.\(draft.domain)")
            try await draft.host(.normal(draft.chain()), tlsa: before.tlsa(usage: 2, depth: 1))
        },
        MailDomain("stale-issuer-beside-server", "F-04", .verified, rules: "E-12") { draft in
            let before = try await CertificateAuthority.root().issue("mx.\(draft.domain)")
            let chain = try await draft.chain()
            try await draft.host(.normal(chain), tlsa: chain.tlsa(), before.tlsa(usage: 2, depth: 1))
        },
        MailDomain("sni-selects", "F-10", .verified, rules: "D-61") { draft in
            let chain = try await draft.chain()
            let host = SMTPHostBehaviour.sni(["mx.\(draft.domain)": chain], default: try await draft.chain())
            try await draft.host(host, tlsa: chain.tlsa())
        },
        MailDomain("one-key-for-all-rotated", "F-11", .tlsaInvalid) { draft in
            let before = try await draft.chain("*.\(draft.domain)")
            let chain = try await draft.chain("*.\(draft.domain)")
            try await draft.host(named: "a", preference: 10, .normal(chain), tlsa: before.tlsa())
            try await draft.host(named: "b", preference: 20, .normal(chain), tlsa: before.tlsa())
        },
        MailDomain("tlsa-at-mail-domain", "F-15", .opportunistic) { draft in
            try await draft.host(.noSTARTTLS)
            draft.publish([try await draft.chain().tlsa()], at: "@")
        },
        MailDomain("tlsa-of-web-server", "F-15", .tlsaInvalid) { draft in
            try await draft.host(.normal(draft.chain()))
            draft.record(
                "\(draft.owner("mx")) CNAME _443._tcp.www", "_443._tcp.www TLSA \(try await draft.chain().tlsa())")
        },
        MailDomain("tlsa-of-file", "F-16", .tlsaInvalid) { draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain), tlsa: chain.tlsaOfFile)
        },
        MailDomain("tlsa-of-issuer", "F-16", .tlsaInvalid) { draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain), tlsa: chain.tlsa(usage: 3, depth: 1))
        },
        MailDomain("tlsa-of-sha1-length", "F-16", .encrypted) { draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain), tlsa: chain.tlsaOfSHA1Length)
        },
        MailDomain("stale-tlsa-at-alias", "F-18", .tlsaInvalid) { draft in
            draft.mx(10, "mx")
            draft.record("mx CNAME host.third-party.example.")
            draft.publish([try await draft.chain().tlsa()])
            let chain = try await draft.chain("host.third-party.example")
            draft.others = [Zone("third-party.example", "host A \(try await draft.farm.add(.normal(chain)))")]
        },
    ]

    /// A domain that is an alias for another one, whose host has a DANE-TA certificate for one of the names.
    ///
    /// - Parameter name: The certificate's name, given the expanded domain.
    private static func aliased(
        _ label: String, rules: String..., name: @escaping @Sendable (_ expanded: String) -> String
    ) -> MailDomain {
        MailDomain(label, "V18", .verified, rules: rules) { draft in
            let parent = draft.domain.dropFirst("www.".count)
            let expanded = "behind-\(parent)"
            let chain = try await draft.chain(name(expanded))
            draft.zone = Zone(String(parent), "www CNAME \(expanded).")
            draft.others = [
                Zone(
                    expanded, "@ MX 10 mx", "mx A \(try await draft.farm.add(.normal(chain)))",
                    "\(draft.owner("mx")) TLSA \(chain.tlsa(usage: 2, depth: 1))")
            ]
        }
    }

    /// A host whose certificate was renewed with its key, and the record of the one before.
    private static func renewed(
        _ label: String, _ outcome: Outcome, record: @escaping @Sendable (IssuedChain) -> String
    ) -> MailDomain {
        MailDomain(label, "F-02", outcome) { draft in
            let authority = try await CertificateAuthority.root()
            let before = try await authority.issue("mx.\(draft.domain)")
            let chain = try await authority.issue("mx.\(draft.domain)", key: before.key)
            try await draft.host(.normal(chain), tlsa: record(before))
        }
    }
}
