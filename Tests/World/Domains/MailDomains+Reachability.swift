import DANE

extension MailDomains {
    /// Hosts out of reach, several hosts, and what policy demands.
    static let reachability: [MailDomain] = [
        MailDomain("connection-refused", "unreachable", .unreachable) { draft in
            draft.mx(10, "mx")
            draft.record("mx A \(draft.farm.closedAddress)")
            draft.publish([try await draft.chain().tlsa()])
        },
        unreachable("silent", .silent),
        unreachable("tarpit", .tarpit(), rules: "F-54"),
        unreachable("flood", .flood),
        unreachable("endless-line", .longLine),
        unreachable("binary", .binary),
        unreachable("resetting", .resetting(at: .banner)),
        unreachable("closing", .closing(at: .banner)),
        unreachable("refusing-greeting", .banner("554 5.7.1 You are on a list"), rules: "F-55"),
        unreachable("busy-greeting", .banner("421 4.3.2 Too many connections"), rules: "F-55"),
        unreachable("stalling-at-starttls", .failing(at: .starttls, .stall)),
        unreachable("stalling-at-handshake", .failing(at: .handshake, .stall)),
        MailDomain("private-address", "unreachable", .unreachable) { draft in
            // A stranger's MX record must not point a probe at the site's own network.
            draft.mx(10, "mx")
            draft.record("mx A 10.0.0.1", "mx A 169.254.1.1", "mx AAAA fd00::1")
            draft.publish([try await draft.chain().tlsa()])
        },
        // Several hosts: the first that may be used decides.
        MailDomain("backup-verified", "D-23", .verified, rules: "D-16", "D-30", degraded: true) { draft in
            try await draft.host(named: "mx", preference: 10, .normal(draft.chain()), tlsa: draft.chain().tlsa())
            let chain = try await draft.chain("backup.\(draft.domain)")
            try await draft.host(named: "backup", preference: 20, .normal(chain), tlsa: chain.tlsa())
        },
        MailDomain("backup-without-dane", "D-23", .opportunistic, degraded: true) { draft in
            try await draft.host(named: "mx", preference: 10, .normal(draft.chain()), tlsa: draft.chain().tlsa())
            try await draft.host(named: "backup", preference: 20, .noSTARTTLS)
        },
        MailDomain("backup-broken", "D-23", .verified) { draft in
            let chain = try await draft.chain()
            try await draft.host(named: "mx", preference: 10, .normal(chain), tlsa: chain.tlsa())
            try await draft.host(named: "backup", preference: 20, .noSTARTTLS, tlsa: draft.chain().tlsa())
        },
        MailDomain("equals", "D-24", .opportunistic, rules: "D-30") { draft in
            let chain = try await draft.chain("a.\(draft.domain)")
            try await draft.host(named: "a", preference: 10, .normal(chain), tlsa: chain.tlsa())
            try await draft.host(named: "b", preference: 10, .noSTARTTLS)
        },
        MailDomain("all-broken", "V19", .startTLSNotSupported) { draft in
            try await draft.host(named: "mx", preference: 10, .noSTARTTLS, tlsa: draft.chain().tlsa())
            try await draft.host(named: "backup", preference: 20, .normal(draft.chain()), tlsa: draft.chain().tlsa())
        },
        MailDomain("one-broken-one-silent", "unreachable", .unreachable) { draft in
            try await draft.host(named: "mx", preference: 10, .normal(draft.chain()), tlsa: draft.chain().tlsa())
            try await draft.host(named: "backup", preference: 20, .closing(at: .banner), tlsa: draft.chain().tlsa())
        },
        MailDomain("bogus-and-dead", "V7", .dnssecInvalid) { draft in
            draft.mx(10, "nothing")
            try await draft.host(named: "mx", preference: 20, .noSTARTTLS)
            draft.zone.faults = [.corruptSignature(name: "mx", type: "A")]
        },
        // Policy.
        MailDomain("required-without-dane", "dane-required", .daneRequired, rules: "D-20", required: true) {
            try await $0.host(.noSTARTTLS)
        },
        MailDomain("required-unusable", "dane-required", .daneRequired, rules: "D-20", "E-21", required: true) {
            draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain), tlsa: chain.tlsa(usage: 1))
        },
        MailDomain("required-and-verified", "dane-required", .verified, required: true) { draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain), tlsa: chain.tlsa())
        },
    ]

    private static func unreachable(
        _ label: String, _ behaviour: SMTPHostBehaviour, rules: String...
    ) -> MailDomain {
        MailDomain(label, "unreachable", .unreachable, rules: rules, waiting: behaviour.keepsWaiting) {
            try await $0.host(behaviour, tlsa: $0.chain().tlsa())
        }
    }
}
