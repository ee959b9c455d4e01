import DANE

extension MailDomains {
    // MARK: Aliases

    /// Aliases at the recipient's domain, at the host, and at the TLSA owner.
    static let aliases: [MailDomain] = [
        // At the domain (RFC 5321 §5.1: the target's MX records count).
        MailDomain("www.chained", "V17", .verified, rules: "D-25", "S-01", "D-12") { draft in
            let chain = try await draft.chain("mx.chained.example")
            draft.zone = Zone(
                "chained.example", "www CNAME middle", "middle CNAME @", "@ MX 10 mx",
                "mx A \(try await draft.farm.add(.normal(chain)))", "\(draft.owner("mx")) TLSA \(chain.tlsa())")
        },
        MailDomain("www.alias-named", "V18", .verified, rules: "D-25", "S-01", "F-90") { draft in
            // The certificate has the name that the sender types, and no other (RFC 7672 §3.2.2).
            let chain = try await draft.chain("www.alias-named.example")
            draft.zone = Zone(
                "alias-named.example", "www CNAME middle", "middle CNAME @", "@ MX 10 mx",
                "mx A \(try await draft.farm.add(.normal(chain)))",
                "\(draft.owner("mx")) TLSA \(chain.tlsa(usage: 2, depth: 1))")
        },
        MailDomain("www.into-unsigned", "V5", .opportunistic, rules: "D-13", "D-25") { draft in
            draft.zone = Zone("into-unsigned.example", "www CNAME unsigned-mail.example.")
            draft.others = [
                Zone(
                    "unsigned-mail.example", signing: .unsigned, "@ MX 10 mx",
                    "mx A \(try await draft.farm.add(.noSTARTTLS))")
            ]
        },
        MailDomain(
            "www.required-alias", "dane-required", .daneRequired, rules: "D-26", "D-20", "D-25", required: true
        ) { draft in
            draft.zone = Zone("required-alias.example", "www CNAME required-alias-mail.example.")
            draft.others = [
                Zone(
                    "required-alias-mail.example", signing: .unsigned, "@ MX 10 mx",
                    "mx A \(try await draft.farm.add(.noSTARTTLS))")
            ]
        },
        MailDomain("www.from-unsigned", "V5", .opportunistic, rules: "D-13", "D-25", "D-29", "F-33") { draft in
            // The target is signed, and its TLSA records are wrong; the way there is not secure.
            draft.zone = Zone("from-unsigned.example", signing: .unsigned, "www CNAME signed-mail.example.")
            draft.others = [
                Zone(
                    "signed-mail.example", "@ MX 10 mx", "mx A \(try await draft.farm.add(.noSTARTTLS))",
                    "\(draft.owner("mx")) TLSA \(try await draft.chain().tlsa())")
            ]
        },
        MailDomain("www.mixed-alias", "V5", .opportunistic, rules: "D-13", "D-25") { draft in
            // Secure, insecure, secure: one insecure link is enough.
            draft.zone = Zone("mixed-alias.example", "www CNAME link.mixed-alias-link.example.")
            draft.others = [
                Zone("mixed-alias-link.example", signing: .unsigned, "link CNAME mixed-alias-end.example."),
                Zone(
                    "mixed-alias-end.example", "@ MX 10 mx", "mx A \(try await draft.farm.add(.noSTARTTLS))",
                    "\(draft.owner("mx")) TLSA \(try await draft.chain().tlsa())"),
            ]
        },
        MailDomain("www.to-servfail", "V1", .dnsUnavailable, rules: "D-12", "D-07") { draft in
            draft.zone = Zone("to-servfail.example", "www CNAME target.to-servfail-end.example.")
            draft.others = [Zone("to-servfail-end.example", "target MX 10 mx")]
            draft.wire = [WireFault("target.to-servfail-end.example", "MX", .servfail)]
        },
        MailDomain("www.to-bogus", "V1", .dnssecInvalid, rules: "D-12", "D-07") { draft in
            draft.zone = Zone("to-bogus.example", "www CNAME to-bogus-end.example.")
            draft.others = [Zone("to-bogus-end.example", signing: .expired, "@ MX 10 mx")]
        },
        MailDomain("www.bogus-alias", "V1", .dnssecInvalid, rules: "D-12", "D-07") { draft in
            draft.zone = Zone("bogus-alias.example", "www CNAME @", "@ MX 10 mx")
            draft.zone.faults = [.corruptSignature(name: "www", type: "CNAME")]
        },
        MailDomain("www.looping", "V1", .dnsUnavailable, rules: "D-11", "F-38") { draft in
            draft.zone = Zone("looping.example", "www CNAME again", "again CNAME www")
        },
        links(9, .verified), links(10, .verified), links(16, .dnsUnavailable),
        // At the host.
        MailDomain("own-address-unused", "V7", .noMailHost, rules: "S-05", "D-34", "F-39") { draft in
            // The domain has an address, at which a host listens. Because it has an MX record, senders must not use the
            // address.
            draft.mx(10, "nothing")
            try await draft.address("@", .noSTARTTLS)
        },
        host("host-alias-dangling", "V7", .noMailHost, "D-34", "S-07", "F-39") { draft, _ in
            draft.record("mx CNAME nothing")
        },
        host("host-alias-to-servfail", "V6", .dnsUnavailable, "D-12", "D-35") { draft, _ in
            draft.record("mx CNAME target.host-servfail.example.")
            draft.others = [Zone("host-servfail.example", "target A 127.0.0.1")]
            draft.wire = ["A", "AAAA"].map { WireFault("target.host-servfail.example", $0, .servfail) }
        },
        host("host-alias-to-bogus", "V6", .dnssecInvalid, "D-12", "D-35") { draft, _ in
            draft.record("mx CNAME target.host-bogus.example.")
            draft.others = [Zone("host-bogus.example", signing: .dsMismatch, "target A 127.0.0.1")]
        },
        host("host-alias-looping", "V6", .dnsUnavailable, "D-11", "F-38") { draft, _ in
            draft.record("mx CNAME again", "again CNAME mx")
        },
        host("host-alias-mixed", "V10", .verified, "D-13", "D-14") { draft, chain in
            // Secure, insecure, secure: the original name alone counts, whatever is published at the end.
            let address = try await draft.farm.add(.normal(chain))
            draft.record("mx CNAME link.host-mixed-link.example.")
            draft.publish([chain.tlsa()])
            draft.others = [
                Zone("host-mixed-link.example", signing: .unsigned, "link CNAME end.host-mixed-end.example."),
                Zone(
                    "host-mixed-end.example", "end A \(address)",
                    "\(draft.owner("end")) TLSA \(try await draft.chain().tlsa())"),
            ]
        },
        host("host-alias-at-both", "V11", .verified, "D-36", "D-39", "E-11") { draft, chain in
            draft.record("mx CNAME host", "host A \(try await draft.farm.add(.normal(chain)))")
            draft.publish([chain.tlsa()], at: "host")
            draft.publish([try await draft.chain().tlsa()])
        },
        host("host-alias-original-only", "V11", .verified, "D-39", "D-40") { draft, chain in
            // That there is nothing at the end of the alias may be denied insecurely too.
            draft.record("mx CNAME host.original-only.example.")
            draft.publish([chain.tlsa()])
            draft.others = [
                Zone(
                    "original-only.example", signing: .nsec3OptOut,
                    "host A \(try await draft.farm.add(.normal(chain)))")
            ]
        },
        host("host-alias-never-between", "V13", .opportunistic, "D-41") { draft, _ in
            draft.record("mx CNAME one", "one CNAME two", "two CNAME host")
            try await draft.address("host", .noSTARTTLS)
            for name in ["one", "two"] { draft.publish([try await draft.chain().tlsa()], at: name) }
        },
        host("host-below-dname", "V11", .verified, "D-15", "D-39") { draft, chain in
            draft.zone.records.removeAll()
            draft.mx(10, "mx.old")
            draft.record("old DNAME new.dname-target.example.")
            draft.others = [
                Zone(
                    "dname-target.example", "mx.new A \(try await draft.farm.add(.normal(chain)))",
                    "\(draft.owner("mx.new")) TLSA \(chain.tlsa())")
            ]
        },
        host("host-below-dname-to-unsigned", "V10", .opportunistic, "D-15", "D-14", "D-13") { draft, _ in
            // The original name is below the DNAME too: its TLSA owner leads into the unsigned zone.
            draft.zone.records.removeAll()
            draft.mx(10, "mx.old")
            draft.record("old DNAME new.dname-unsigned.example.")
            draft.others = [
                Zone(
                    "dname-unsigned.example", signing: .unsigned,
                    "mx.new A \(try await draft.farm.add(.noSTARTTLS))",
                    "\(draft.owner("mx.new")) TLSA \(try await draft.chain().tlsa())")
            ]
        },
        host("host-below-bogus-dname", "V6", .dnssecInvalid, "D-15", "D-35") { draft, _ in
            draft.zone.records.removeAll()
            draft.mx(10, "mx.old")
            draft.record("old DNAME new", "mx.new A 127.0.0.1")
            draft.zone.faults = [.corruptSignature(name: "old", type: "DNAME")]
        },
        // At the TLSA owner (RFC 7671 §7): the base domain stays what it is.
        owner("tlsa-alias-dangling", "V13", .opportunistic, "D-42", "D-05") {
            $0.record("\($0.owner("mx")) CNAME nothing")
        },
        owner("tlsa-alias-to-servfail", "V12", .dnsUnavailable, "D-42", "D-12") { draft in
            draft.record("\(draft.owner("mx")) CNAME target.tlsa-servfail-end.example.")
            draft.others = [Zone("tlsa-servfail-end.example", "target TLSA 3 1 1 00")]
            draft.wire = [WireFault("target.tlsa-servfail-end.example", "TLSA", .servfail)]
        },
        owner("tlsa-alias-to-bogus", "V12", .dnssecInvalid, "D-42", "D-12") { draft in
            draft.record("\(draft.owner("mx")) CNAME target.tlsa-bogus-end.example.")
            draft.others = [Zone("tlsa-bogus-end.example", signing: .dsWithoutKeys, "target TLSA 3 1 1 00")]
        },
        owner("tlsa-alias-looping", "V12", .dnsUnavailable, "D-42", "D-11", "F-38") { draft in
            draft.record("\(draft.owner("mx")) CNAME again", "again CNAME \(draft.owner("mx"))")
        },
        owner("tlsa-alias-mixed", "V13", .opportunistic, "D-42", "D-13") { draft in
            draft.record("\(draft.owner("mx")) CNAME link.tlsa-mixed-link.example.")
            draft.others = [
                Zone("tlsa-mixed-link.example", signing: .unsigned, "link CNAME end.tlsa-mixed-end.example."),
                Zone("tlsa-mixed-end.example", "end TLSA \(try await draft.chain().tlsa())"),
            ]
        },
        MailDomain("tlsa-below-dname", "V17", .verified, rules: "D-42", "D-15") { draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain))
            draft.record("_tcp.mx DNAME shared", "_\(draft.farm.port).shared TLSA \(chain.tlsa())")
        },
    ]

    // MARK: Wildcards

    /// Wildcards that were meant, and that were not.
    static let wildcards: [MailDomain] = [
        MailDomain("any.wild-mx", "V17", .verified, rules: "T-11") { draft in
            let chain = try await draft.chain("mx.wild-mx.example")
            draft.zone = Zone(
                "wild-mx.example", "* MX 10 mx", "mx A \(try await draft.farm.add(.normal(chain)))",
                "\(draft.owner("mx")) TLSA \(chain.tlsa())")
        },
        MailDomain("any.wild-mx-unproven", "V1", .dnssecInvalid, rules: "D-07", "F-20") { draft in
            // A record made from a wildcard needs the proof that there is none of the name itself (RFC 4035 §5.3.4).
            draft.zone = Zone("wild-mx-unproven.example", faults: [.missingDenial], "* MX 10 mx", "mx A 127.0.0.1")
        },
        MailDomain("wild-tlsa", "V17", .verified, rules: "F-31", "T-11") { draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain))
            draft.record("*._tcp.mx TLSA \(chain.tlsa())")
        },
        MailDomain("wild-tlsa-mismatch", "V19", .tlsaInvalid, rules: "F-31") { draft in
            // Everything of the zone has these TLSA records, the host among it, for which they were never meant.
            draft.mx(10, "mx.hosts")
            draft.record(
                "*.hosts A \(try await draft.farm.add(.normal(draft.chain())))",
                "*.hosts TLSA \(try await draft.chain().tlsa())")
        },
        owner("wild-alias-dangling", "V13", .opportunistic, "F-30") { $0.record("*.mx CNAME nothing") },
        owner("wild-alias-to-a-host", "V13", .opportunistic, "F-30") { draft in
            draft.record("*.mx CNAME www", "www A 127.0.0.1")
        },
        owner("wild-alias-to-unsigned", "V13", .opportunistic, "F-30") { draft in
            draft.record("*.mx CNAME web.wild-unsigned-end.example.")
            draft.others = [Zone("wild-unsigned-end.example", signing: .unsigned, "web A 127.0.0.1")]
        },
        owner("wild-alias-to-bogus", "V12", .dnssecInvalid, "F-30", "D-12") { draft in
            draft.record("*.mx CNAME web.wild-bogus-end.example.")
            draft.others = [Zone("wild-bogus-end.example", signing: .expired, "web A 127.0.0.1")]
        },
        owner("wild-alias-to-servfail", "V12", .dnsUnavailable, "F-30", "D-12") { draft in
            draft.record("*.mx CNAME web.wild-servfail-end.example.")
            draft.others = [Zone("wild-servfail-end.example", "web A 127.0.0.1")]
            draft.wire = [WireFault("web.wild-servfail-end.example", "TLSA", .servfail)]
        },
    ]

    // MARK: Kinds

    /// A domain whose host is what its `build` makes of it; the chain is for `mx`.
    private static func host(
        _ label: String, _ row: String, _ outcome: Outcome, _ rules: String...,
        build: @escaping @Sendable (inout Draft, IssuedChain) async throws -> Void
    ) -> MailDomain {
        MailDomain(label, row, outcome, rules: rules) { draft in
            draft.mx(10, "mx")
            try await build(&draft, try await draft.chain())
        }
    }

    /// A domain whose host is in order, but without STARTTLS, and whose TLSA owner is what its `build` makes of it.
    private static func owner(
        _ label: String, _ row: String, _ outcome: Outcome, _ rules: String...,
        build: @escaping @Sendable (inout Draft) async throws -> Void
    ) -> MailDomain {
        MailDomain(label, row, outcome, rules: rules) { draft in
            try await draft.host(.noSTARTTLS)
            try await build(&draft)
        }
    }

    /// A domain whose host is so many aliases away.
    private static func links(_ count: Int, _ outcome: Outcome) -> MailDomain {
        MailDomain("host-\(count)-links", outcome == .verified ? "V11" : "V6", outcome, rules: ["D-11", "F-38"]) {
            draft in
            let chain = try await draft.chain("link\(count).\(draft.domain)")
            draft.mx(10, "link0")
            for link in 0..<count { draft.record("link\(link) CNAME link\(link + 1)") }
            try await draft.address("link\(count)", .normal(chain))
            draft.publish([chain.tlsa()], at: "link\(count)")
        }
    }
}
