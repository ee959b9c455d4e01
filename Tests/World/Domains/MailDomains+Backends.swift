import DANE

extension MailDomains {
    /// Hosts that do not meet every connection alike: several machines behind an address, several certificates, several
    /// addresses.
    static let backends: [MailDomain] = [
        // Every second connection comes to a machine that has been forgotten.
        MailDomain("good-then-stale", "F-61", .verified, degraded: true, fickle: true) { draft in
            let chain = try await draft.chain()
            try await draft.host(.inTurn(.normal(chain), .normal(draft.chain())), tlsa: chain.tlsa())
        },
        MailDomain("stale-then-good", "F-61", .verified, degraded: true, fickle: true) { draft in
            let chain = try await draft.chain()
            try await draft.host(.inTurn(.normal(draft.chain()), .normal(chain)), tlsa: chain.tlsa())
        },
        MailDomain("two-machines-two-records", "F-61", .verified) { draft in
            let (one, other) = (try await draft.chain(), try await draft.chain())
            try await draft.host(.inTurn(.normal(one), .normal(other)), tlsa: one.tlsa(), other.tlsa())
        },
        MailDomain("two-stale-machines", "F-61", .tlsaInvalid) { draft in
            try await draft.host(
                .inTurn(.normal(draft.chain()), .normal(draft.chain())), tlsa: draft.chain().tlsa())
        },
        MailDomain("tls-broken-then-good", "F-61", .verified, degraded: true, fickle: true) { draft in
            let chain = try await draft.chain()
            try await draft.host(
                .inTurn(.normal(chain).failing(at: .handshake, .close), .normal(chain)), tlsa: chain.tlsa())
        },
        MailDomain("expired-then-good", "F-61", .verified, degraded: true, fickle: true) { draft in
            let (chain, old) = (try await draft.chain(), try await draft.chain(valid: .expired))
            try await draft.host(
                .inTurn(.normal(old), .normal(chain)), tlsa: chain.tlsa(usage: 2, depth: 1))
        },
        MailDomain("other-name-then-good", "F-61", .verified, degraded: true, fickle: true) { draft in
            let (chain, other) = (try await draft.chain(), try await draft.chain("other.example"))
            try await draft.host(
                .inTurn(.normal(other), .normal(chain)), tlsa: chain.tlsa(usage: 2, depth: 1))
        },
        // STARTTLS is offered to some and not to others.
        MailDomain("starttls-then-none", "F-52", .verified, rules: "D-65", degraded: true, fickle: true) { draft in
            let chain = try await draft.chain()
            try await draft.host(.inTurn(.normal(chain), .noSTARTTLS), tlsa: chain.tlsa())
        },
        MailDomain("no-starttls-at-first", "F-52", .verified, rules: "D-65", degraded: true, fickle: true) { draft in
            let chain = try await draft.chain()
            try await draft.host(.inTurn(.noSTARTTLS, .normal(chain)), tlsa: chain.tlsa())
        },
        MailDomain("starttls-refused-at-first", "F-52", .verified, rules: "D-65", degraded: true, fickle: true) {
            draft in
            let chain = try await draft.chain()
            try await draft.host(.inTurn(.refusingSTARTTLS(), .normal(chain)), tlsa: chain.tlsa())
        },
        // An RSA and an ECDSA certificate. An MTA with OpenSSL is shown the ECDSA one.
        MailDomain("two-keys-record-for-ecdsa", "F-09", .verified, rules: "F-57", degraded: true) { draft in
            let (rsa, ecdsa) = (try await draft.chain(.rsa2048), try await draft.chain(.p256))
            try await draft.host(.byKey(rsa, ecdsa), tlsa: ecdsa.tlsa())
        },
        MailDomain("two-keys-record-for-rsa", "F-09", .tlsaInvalid) { draft in
            let (rsa, ecdsa) = (try await draft.chain(.rsa2048), try await draft.chain(.p256))
            try await draft.host(.byKey(rsa, ecdsa), tlsa: rsa.tlsa())
        },
        MailDomain("two-keys-record-for-rsa-tls12", "F-09", .tlsaInvalid) { draft in
            let (rsa, ecdsa) = (try await draft.chain(.rsa2048), try await draft.chain(.p256))
            try await draft.host(.byKey(rsa, ecdsa).tls(max: .tls12), tlsa: rsa.tlsa())
        },
        MailDomain("two-keys-two-records", "F-09", .verified) { draft in
            let (rsa, ecdsa) = (try await draft.chain(.rsa2048), try await draft.chain(.p256))
            try await draft.host(.byKey(rsa, ecdsa), tlsa: rsa.tlsa(), ecdsa.tlsa())
        },
        MailDomain("two-keys-one-issuer", "F-09", .verified) { draft in
            let (rsa, ecdsa) = (try await draft.chain(.rsa2048), try await draft.chain(.p256))
            try await draft.host(.byKey(rsa, ecdsa), tlsa: rsa.tlsa(usage: 2, depth: 1))
        },
        // A certificate of one kind: a client that offers both needs no more.
        MailDomain("rsa-alone", "F-57", .verified) { draft in
            let chain = try await draft.chain(.rsa2048)
            try await draft.host(.normal(chain), tlsa: chain.tlsa())
        },
        MailDomain("rsa-alone-tls12", "F-57", .verified) { draft in
            let chain = try await draft.chain(.rsa2048)
            try await draft.host(.normal(chain).tls(max: .tls12), tlsa: chain.tlsa())
        },
        MailDomain("ecdsa-alone", "F-57", .verified) { draft in
            let chain = try await draft.chain(.p256)
            try await draft.host(.normal(chain), tlsa: chain.tlsa())
        },
        // The right certificate only for those who name the server, which a client that does DANE must.
        MailDomain("other-certificate-without-sni", "F-10", .verified, rules: "D-61", "D-62") { draft in
            let chain = try await draft.chain()
            try await draft.host(.sni(["mx.\(draft.domain)": chain], default: draft.chain()), tlsa: chain.tlsa())
        },
        MailDomain("other-certificate-for-the-name", "F-10", .tlsaInvalid, rules: "D-61", "D-62") { draft in
            let chain = try await draft.chain()
            try await draft.host(.sni(["mx.\(draft.domain)": draft.chain()], default: chain), tlsa: chain.tlsa())
        },
        // Several addresses: each is judged, and one that may be used suffices.
        MailDomain("second-address-stale", "F-12", .verified, rules: "S-06", degraded: true, fickle: true) { draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain), tlsa: chain.tlsa())
            try await draft.address("mx", .normal(draft.chain()))
        },
        MailDomain("one-address-of-three-good", "F-12", .verified, rules: "S-06", degraded: true, fickle: true) {
            draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(draft.chain()), tlsa: chain.tlsa())
            try await draft.address("mx", .noSTARTTLS)
            try await draft.address("mx", .normal(chain))
        },
        MailDomain("second-address-silent", "F-12", .verified, rules: "S-06", degraded: true) { draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain), tlsa: chain.tlsa())
            draft.record("mx A \(draft.farm.closedAddress)")
        },
        MailDomain("every-address-stale", "F-12", .tlsaInvalid, rules: "S-06") { draft in
            try await draft.host(.normal(draft.chain()), tlsa: draft.chain().tlsa())
            try await draft.address("mx", .normal(draft.chain()))
        },
    ]
}
