import DANE

extension MailDomains {
    // MARK: Name servers

    /// Name servers that answer wrongly, in part, or not at all: nothing is known then.
    static let servers: [MailDomain] = [
        MailDomain("mx-notimp", "V1", .dnsUnavailable, rules: "D-06", "D-07", "S-03") {
            $0.wire = [WireFault($0.domain, "MX", .notimp)]
        },
        MailDomain("mx-formerr", "V1", .dnsUnavailable, rules: "D-06", "D-07", "S-03") {
            $0.wire = [WireFault($0.domain, "MX", .formerr)]
        },
        servers("address-refused", .refused), servers("address-notimp", .notimp), servers("address-formerr", .formerr),
        // The keys of the zone, or the DS records, cannot be had: indeterminate, not bogus.
        MailDomain("keys-servfail", "V1", .dnsUnavailable, rules: "D-04", "D-07") { draft in
            try await draft.host(.noSTARTTLS)
            draft.wire = [WireFault(draft.domain, "DNSKEY", .servfail)]
        },
        MailDomain("keys-refused", "V1", .dnsUnavailable, rules: "D-04", "D-07") { draft in
            try await draft.host(.noSTARTTLS)
            draft.wire = [WireFault(draft.domain, "DNSKEY", .refused)]
        },
        MailDomain("ds-servfail", "V1", .dnsUnavailable, rules: "D-04", "D-07") { draft in
            try await draft.host(.noSTARTTLS)
            draft.wire = [WireFault(draft.domain, "DS", .servfail)]
        },
        MailDomain("host-keys-servfail", "V6", .dnsUnavailable, rules: "D-04", "D-35") { draft in
            draft.mx(10, "mx.keys-servfail-host.example.")
            draft.others = [Zone("keys-servfail-host.example", "mx A \(try await draft.farm.add(.noSTARTTLS))")]
            draft.wire = [WireFault("keys-servfail-host.example", "DNSKEY", .servfail)]
        },
        MailDomain("mx-lame", "V1", .dnsUnavailable, rules: "D-07", "F-29") { draft in
            try await draft.host(.noSTARTTLS)
            draft.lame = [draft.domain]
            draft.wire = ["MX", "NS", "A", "AAAA", "DNSKEY"].map { WireFault(draft.domain, $0, .lame) }
        },
        MailDomain("host-lame", "V6", .dnsUnavailable, rules: "D-35", "F-29") { draft in
            draft.mx(10, "mx.lame-host.example.")
            draft.others = [Zone("lame-host.example", "mx A \(try await draft.farm.add(.noSTARTTLS))")]
            draft.lame = ["lame-host.example"]
            draft.wire = ["mx.lame-host.example", "lame-host.example"].flatMap { name in
                ["NS", "A", "AAAA", "DNSKEY"].map { WireFault(name, $0, .lame) }
            }
        },
        MailDomain("one-host-dead", "D-08", .opportunistic, degraded: true) { draft in
            draft.mx(10, "mx.dead-host.example.")
            draft.others = [Zone("dead-host.example", "mx A 127.0.0.1")]
            draft.dead = ["dead-host.example"]
            try await draft.host(named: "backup", preference: 20, .noSTARTTLS)
        },
        MailDomain("one-host-bogus", "D-08", .verified, rules: "D-30", degraded: true) { draft in
            try await draft.host(named: "a", preference: 10, .noSTARTTLS)
            draft.zone.faults = [.corruptSignature(name: "a", type: "A")]
            let chain = try await draft.chain("b.\(draft.domain)")
            try await draft.host(named: "b", preference: 20, .normal(chain), tlsa: chain.tlsa())
        },
        MailDomain("claimed-valid", "V5", .opportunistic, rules: "D-02", "D-03") { draft in
            // The forwarder says that it has validated what nobody can.
            draft.zone.signing = .unsigned
            try await draft.host(.noSTARTTLS, tlsa: draft.chain().tlsa())
            draft.wire = [draft.domain, "mx.\(draft.domain)", "\(draft.owner("mx")).\(draft.domain)"].map {
                WireFault($0, nil, .claimingValidity)
            }
        },
        // F-23, F-24: an unsigned zone's servers may do as they like with a TLSA query: nobody asks.
        unsigned("unsigned-tlsa-servfail", .servfail), unsigned("unsigned-tlsa-refused", .refused),
        unsigned("unsigned-tlsa-formerr", .formerr),
        MailDomain("unsigned-tlsa-silent", "V8", .opportunistic, rules: "D-31", "D-33", "F-23") { draft in
            draft.mx(10, "mx.unsigned-silent.example.")
            draft.others = [
                Zone("unsigned-silent.example", signing: .unsigned, "mx A \(try await draft.farm.add(.noSTARTTLS))")
            ]
            draft.dead = ["_tcp.mx.unsigned-silent.example"]
        },
        // Answers that do not fit.
        MailDomain("mx-truncated", "V17", .verified, rules: "F-37", "E-19") { draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain), tlsa: chain.tlsa())
            draft.wire = [WireFault(draft.domain, nil, .truncate)]
        },
        tlsaLookup("tlsa-truncated-without-tcp", .dnsUnavailable, "F-37", "E-19") {
            $0.truncated = ["_tcp.mx.\($0.domain)"]
        },
        MailDomain("mx-truncated-without-tcp", "V1", .dnsUnavailable, rules: "F-37", "E-19", "D-07") { draft in
            try await draft.host(.noSTARTTLS)
            draft.truncated = [draft.domain]
        },
        // Servers of different minds: a validator asks again until one is right.
        MailDomain("one-server-in-trouble", "V17", .verified, rules: "F-28") { draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain), tlsa: chain.tlsa())
            draft.wire = [
                WireFault("\(draft.owner("mx")).\(draft.domain)", "TLSA", .everySecond(.servfail))
            ]
        },
        MailDomain("one-server-unsigned", "V17", .verified, rules: "F-28") { draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain), tlsa: chain.tlsa())
            draft.wire = [
                WireFault("\(draft.owner("mx")).\(draft.domain)", "TLSA", .everySecond(.unsigned))
            ]
        },
    ]

    // MARK: Kinds

    /// A domain whose host's addresses, of both families, cannot be looked up.
    private static func servers(_ label: String, _ effect: WireFault.Effect) -> MailDomain {
        MailDomain(label, "V6", .dnsUnavailable, rules: ["D-06", "D-35"]) { draft in
            try await draft.host(.noSTARTTLS)
            draft.wire = ["A", "AAAA"].map { WireFault("mx.\(draft.domain)", $0, effect) }
        }
    }

    /// A domain whose host stands in an unsigned zone, whose servers do not know TLSA.
    private static func unsigned(_ label: String, _ effect: WireFault.Effect) -> MailDomain {
        MailDomain(label, "V8", .opportunistic, rules: ["D-31", "D-33", "F-24"]) { draft in
            let zone = "\(label)-host.example"
            draft.mx(10, "mx.\(zone).")
            draft.others = [Zone(zone, signing: .unsigned, "mx A \(try await draft.farm.add(.noSTARTTLS))")]
            draft.wire = [WireFault("\(draft.owner("mx")).\(zone)", "TLSA", effect)]
        }
    }
}
