import DANE
import WorldHosts

extension MailDomains {
    /// Rows V18 and V19 once more: chains below a trust anchor as other makers than OpenSSL have them (RFC 5280 §6.1).
    static let paths: [MailDomain] = [
        path("ta-respelt", .verified, rules: "F-71") { chain in
            // The issuer as other software writes it: PrintableString, other blanks, other case.
            chain[0].issuer = [[.organization("ACME  Mail", tag: 0x13)], [.commonName("acme issuing ca", tag: 0x13)]]
            chain[1].issuer = [[.organization("Acme Mail", tag: 0x1E)], [.commonName("Acme Root CA", tag: 0x14)]]
        },
        path("ta-constraint-capitals", .verified, rules: "F-73") { chain in
            chain[2].extensions.append(
                .nameConstraints(
                    permitted: [.init(.dns("EXAMPLE")), .init(.uri("nobody.example"))], excluded: [.init(.x400)]))
        },
        path("ta-critical-policies", .verified, rules: "F-73") { chain in
            chain[1].extensions += [
                .policies("1.2.3.4", critical: true), .policyConstraints(explicit: 0, critical: true),
            ]
        },
        path("ta-usage-alone", .verified, rules: "F-73") { chain in
            // A root that says so in its key usage alone.
            chain[2].extensions.removeAll { $0.identifier == "2.5.29.19" }
        },
        path("ta-directory-constraint", .tlsaInvalid, rules: "F-72") { chain in
            chain[2].extensions.append(
                .nameConstraints(permitted: [.init(.directory([[.organization("Nobody")]]))]))
        },
        path("ta-uri-constraint", .tlsaInvalid, rules: "F-72") { chain in
            let names: [FreeCertificate.GeneralName] = [
                .dns("mx.ta-uri-constraint.example"), .uri("https://a.example/"),
            ]
            chain[0].extensions = [.alternativeNames(names)]
            chain[1].extensions.append(.nameConstraints(excluded: [.init(.uri("a.example"))], critical: false))
        },
        path("ta-any-purpose", .tlsaInvalid, rules: "F-75") { chain in
            chain[0].extensions.append(.purposes("2.5.29.37.0"))
        },
        path("ta-critical-unknown", .tlsaInvalid, rules: "F-75") { chain in
            chain[1].extensions.append(.unknown(critical: true))
        },
    ]

    /// A host with a chain of a server, a CA and a root, changed before it is signed, and a record of the root.
    private static func path(
        _ label: String, _ outcome: Outcome, rules: String...,
        change: @escaping @Sendable (inout [FreeCertificate]) -> Void
    ) -> MailDomain {
        MailDomain(label, outcome == .verified ? "V18" : "V19", outcome, rules: rules) { draft in
            var certificates = [
                FreeCertificate([[.commonName("server")]], validity: .current, serialNumber: [0x41]),
                FreeCertificate(
                    [[.organization("Acme Mail")], [.commonName("Acme Issuing CA")]], validity: .current,
                    serialNumber: [0x42]),
                FreeCertificate(
                    [[.organization("Acme Mail")], [.commonName("Acme Root CA")]], validity: .current,
                    serialNumber: [0x43]),
            ]
            certificates[0].extensions = [.alternativeNames([.dns("mx.\(draft.domain)")])]
            for depth in 1...2 { certificates[depth].extensions = [.basicConstraints(), .keyUsage(0x06)] }
            change(&certificates)
            let chain = try await IssuedChain.free(certificates)
            try await draft.host(.normal(chain), tlsa: chain.tlsa(usage: 2, selector: 0, depth: 2))
        }
    }
}
