import DANE

extension MailDomains {
    /// Name servers that mean harm, and answers without measure.
    static let hostileNames: [MailDomain] = [
        // Answers that are not quite one, to the TLSA query of a host that is in order.
        forged("dns-wrong-id-first", .verified, .wrongIDFirst),
        forged("dns-stranger-first", .verified, .strangerFirst),
        forged("dns-trailing-bytes", .verified, .trailingBytes),
        forged("dns-wrong-question", .dnsUnavailable, .wrongQuestion),
        forged("dns-compression-loop", .dnsUnavailable, .compressionLoop),
        forged("dns-pointer-beyond", .dnsUnavailable, .pointerBeyond),
        forged("dns-absurd-counts", .dnsUnavailable, .absurdCounts),
        forged("dns-cut", .dnsUnavailable, .cut),
        forged("dns-header-only", .dnsUnavailable, .headerOnly),
        forged("dns-junk", .dnsUnavailable, .junk),
        // MX records without measure.
        MailDomain("mx-1000", "V17", .verified, rules: "D-23") { draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain), tlsa: chain.tlsa())
            for number in 0..<1000 { draft.mx(20, "h\(number)") }
        },
        MailDomain("mx-1000-unvalidated", "V1", .dnsUnavailable) { draft in
            // As with tlsa-1000.
            for number in 0..<1000 { draft.mx(10, "host\(number).of.a.domain") }
        },
        MailDomain("mx-700-all-wrong", "pending", .pending, rules: "F-92", "F-94") { draft in
            // What the hosts are that are not looked at is not known, and no look sees them all.
            try await draft.address("*.w", .normal(draft.chain()))
            draft.record("*.w TLSA \(try await draft.chain().tlsa())")
            for number in 0..<700 { draft.mx(10, "h\(number).w") }
        },
        MailDomain("mx-too-many", "V1", .dnsUnavailable) { draft in
            // The name server compresses the names into 10 KB; libunbound stops compressing, and has no room for them.
            let label = String(repeating: "x", count: 60)
            for number in 0..<400 { draft.mx(10, "host\(number).\(label).\(label).\(label)") }
        },
        MailDomain("mx-too-many-unsigned", "V1", .dnsUnavailable) { draft in
            // Not to be taken for a domain without MX records, whose own address would be the mail host.
            draft.zone.signing = .unsigned
            try await draft.address("@", .noSTARTTLS)
            let label = String(repeating: "x", count: 60)
            for number in 0..<400 { draft.mx(10, "host\(number).\(label).\(label).\(label)") }
        },
        MailDomain("addresses-500", "unreachable", .unreachable) { draft in
            // At none of them anybody listens; eight are tried.
            draft.mx(10, "mx")
            for number in 0..<500 { draft.record("mx A 127.255.\(number / 250).\(number % 250 + 1)") }
            draft.publish([try await draft.chain().tlsa()])
        },
        // TLSA records without measure: one that matches suffices, wherever it stands.
        MailDomain("tlsa-700", "V17", .verified, rules: "T-08") { draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain))
            draft.publish(others(500) + [chain.tlsa()] + others(199, from: 500))
        },
        MailDomain("tlsa-700-anchors", "V18", .verified, rules: "T-08") { draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain))
            draft.publish(others(699, kind: "2 1 1") + [chain.tlsa(usage: 2, depth: 1)])
        },
        MailDomain("tlsa-700-all-wrong", "V19", .tlsaInvalid, rules: "T-08") { draft in
            try await draft.host(.normal(draft.chain()))
            draft.publish(others(700))
        },
        MailDomain("tlsa-700-unusable", "V15", .encrypted) { draft in
            try await draft.host(.normal(draft.chain()))
            draft.publish(others(700, kind: "1 1 1"))
        },
        MailDomain("tlsa-1000", "V12", .dnsUnavailable) { draft in
            // It fits into a message, but libunbound has no room to validate it: a bound of ours, and nothing bogus.
            let chain = try await draft.chain()
            try await draft.host(.normal(chain), tlsa: chain.tlsa())
            draft.publish(others(1000))
        },
        MailDomain("tlsa-too-many", "V12", .dnsUnavailable) { draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain))
            draft.publish([chain.tlsa()] + (0..<20).map { long(4000, fill: $0) })
        },
        // TLSA RDATA of every odd length, alone and beside a record that matches.
        short("tlsa-of-0", .dnsUnavailable, "\\# 0", isHazard: false),
        short("tlsa-of-1", .encrypted, "\\# 1 03", isHazard: false),
        short("tlsa-of-2", .encrypted, "\\# 2 0301", isHazard: false),
        short("tlsa-of-4", .encrypted, "\\# 4 03010100", isHazard: false),
        short("tlsa-of-4-full", .encrypted, "\\# 4 03010000", isHazard: false),
        short("tlsa-of-4000", .encrypted, long(4000), isHazard: false),
        beside("tlsa-of-1-beside", "\\# 1 03", isHazard: false),
        beside("tlsa-of-2-beside", "\\# 2 0301", isHazard: false),
        beside("tlsa-of-3-beside", "\\# 3 030101", isHazard: true),
        beside("tlsa-of-4000-beside", long(4000), isHazard: false),
        MailDomain("tlsa-of-60000-unsigned", "V12", .dnssecInvalid) { draft in
            // The signer takes no line as long as this; what is not signed is bogus, and has come all the same.
            try await draft.host(.normal(draft.chain()))
            draft.zone.faults = [.unsignedRecord("\(draft.owner("mx")) TYPE52 \(long(60_000))")]
        },
    ]

    // MARK: Parts

    private static func forged(_ label: String, _ outcome: Outcome, _ forgery: AnswerForgery) -> MailDomain {
        MailDomain(label, outcome == .verified ? "V17" : "V12", outcome) { draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain), tlsa: chain.tlsa())
            draft.wire = [WireFault("\(draft.owner("mx")).\(draft.domain)", "TLSA", .forged(forgery))]
        }
    }

    private static func short(_ label: String, _ outcome: Outcome, _ rdata: String, isHazard: Bool) -> MailDomain {
        MailDomain(label, outcome == .encrypted ? "V15" : "V12", outcome, hazard: isHazard) { draft in
            try await draft.host(.normal(draft.chain()), tlsa: rdata)
        }
    }

    private static func beside(_ label: String, _ rdata: String, isHazard: Bool) -> MailDomain {
        MailDomain(label, "V17", .verified, hazard: isHazard) { draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain), tlsa: rdata, chain.tlsa())
        }
    }

    /// RDATA of so many bytes that say "3 0 0" and then nothing that is a certificate.
    private static func long(_ length: Int, fill: Int = 0) -> String {
        "\\# \(length) 030000\(String(repeating: fill < 10 ? "0\(fill)" : "\(fill)", count: length - 3))"
    }

    /// Records that match nothing, no two alike.
    private static func others(_ count: Int, from first: Int = 0, kind: String = "3 1 1") -> [String] {
        (first..<first + count).map { number in
            let digits = String(number, radix: 16)
            return "\(kind) \(String(repeating: "0", count: 64 - digits.count))\(digits)"
        }
    }
}
