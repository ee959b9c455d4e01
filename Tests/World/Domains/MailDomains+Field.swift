import DANE

extension MailDomains {
    /// Hosts as they are met in the field: who refuses us, who writes replies in a way of his own, whose certificate
    /// not every library reads, and whom only some libraries reach.
    static let field: [MailDomain] = refusals + oddReplies + unreadLeaves + reach

    // MARK: Who refuses us

    private static let refusals: [MailDomain] =
        [501, 503, 504, 521, 550, 554, 450, 451].map { code in
            MailDomain("ehlo-and-helo-\(code)", "F-76", .unreachable) { draft in
                try await draft.host(.refusing("\(code) \(code / 100).7.1 Not you"), tlsa: draft.chain().tlsa())
            }
        }
        + [550, 504].map { code in
            // That it talks to those who ask for less says nothing of its TLS either.
            MailDomain("ehlo-\(code)", "F-76", .unreachable) { draft in
                try await draft.host(.ehloRefused("\(code) 5.7.1 Not you"), tlsa: draft.chain().tlsa())
            }
        }
        + [500, 502].flatMap { code in
            [
                MailDomain("ehlo-\(code)", "F-77", .startTLSNotSupported, rules: "V16", "S-09") { draft in
                    try await draft.host(.ehloRefused("\(code) 5.5.1 What?"), tlsa: draft.chain().tlsa())
                },
                MailDomain("ehlo-and-helo-\(code)", "F-77", .startTLSNotSupported, rules: "V16") { draft in
                    try await draft.host(.refusing("\(code) 5.5.1 What?"), tlsa: draft.chain().tlsa())
                },
                MailDomain("ehlo-\(code)-helo-550", "F-76", .unreachable) { draft in
                    let host = SMTPHostBehaviour.ehloRefused("\(code) 5.5.1 What?").answeringHELO("550 5.7.1 Not you")
                    try await draft.host(host, tlsa: draft.chain().tlsa())
                },
            ]
        } + [
            MailDomain("starttls-421", "F-78", .unreachable) { draft in
                try await draft.host(.refusingSTARTTLS("421 4.3.2 Shutting down"), tlsa: draft.chain().tlsa())
            },
            // The reply is no reply to STARTTLS.
            MailDomain("starttls-354", "unreachable", .unreachable) { draft in
                try await draft.host(.refusingSTARTTLS("354 Go ahead"), tlsa: draft.chain().tlsa())
            },
            // Inside TLS all is known that is asked.
            inside("secure-ehlo-421", "421 4.3.2 Shutting down"), inside("secure-ehlo-550", "550 5.7.1 Not you"),
            good("unqualified-504", "F-79") {
                $0.answeringUnqualifiedEHLO("504 5.5.2 need fully-qualified hostname").answeringHELO("504 5.5.2 no")
            },
            good("unqualified-550", "F-79") {
                $0.answeringUnqualifiedEHLO("550 5.7.1 bad HELO").answeringHELO("550 no")
            },
            good("unqualified-without-starttls", "F-79") { $0.answeringUnqualifiedEHLO("250-mx", "250 SIZE 10485760") },
        ]

    // MARK: Replies in a way of their own

    private static let oddReplies: [MailDomain] = [
        good("cr-cr-lf", "F-82") { $0.ending(lines: "\r\r\n") },
        good("blank-cr-lf", "F-82") { $0.ending(lines: " \r\n") },
        good("tab-blank-cr-lf", "F-82") { $0.ending(lines: "\t \r\n") },
        good("bare-lf", "F-82") { $0.ending(lines: "\n") },
        good("stray-lines-in-greeting", "F-83") { $0.greeting("mx here", "", "* * *", "220 mx ESMTP") },
        good("ten-stray-lines", "F-83") { $0.greeting((0..<10).map { "welcome \($0)" } + ["220 mx ESMTP"]) },
        good("stray-lines-in-ehlo", "F-83") { $0.answeringEHLO("250-mx", "hello there", "250-SIZE", "250 STARTTLS") },
        good("starttls-in-a-stray-line", "F-83") { $0.answeringEHLO("250-mx", "2500-STARTTLS", "250 SIZE") },
        good("starttls-with-equals-sign", "F-83") { $0.answeringEHLO("250-mx", "250 STARTTLS=yes") },
        good("stray-line-behind-pipelining", "F-83") {
            $0.answeringEHLO("250-mx", "250-PIPELINING", "250 STARTTLS").answeringSTARTTLS("one moment", "220 2.0.0 Go")
        },
        MailDomain("starttls-behind-a-tab", "V16", .startTLSNotSupported, rules: "F-50") { draft in
            // A tab is no blank: the keyword is another one.
            let chain = try await draft.chain()
            let host = SMTPHostBehaviour.normal(chain).answeringEHLO("250-mx", "250 STARTTLS\tyes")
            try await draft.host(host, tlsa: chain.tlsa())
        },
        good("stray-line-before-220", "F-83") { $0.answeringSTARTTLS("one moment", "220 2.0.0 Go") },
        good("mixed-codes-last-250", "F-83") { $0.answeringEHLO("550-mx", "451-STARTTLS", "250 SIZE") },
        good("mixed-codes-in-greeting", "F-83") { $0.greeting("421-busy", "220 mx ESMTP") },
        odd("eleven-stray-lines") { $0.greeting((0..<11).map { "welcome \($0)" } + ["220 mx ESMTP"]) },
        odd("ssh") { $0.greeting("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3") },
        odd("mixed-codes-last-421") { $0.answeringEHLO("250-mx", "250-STARTTLS", "421 SIZE") },
    ]

    // MARK: Certificates that not every library reads

    private static let unreadLeaves: [MailDomain] =
        OddCertificate.allCases.flatMap { kind in
            ["1.2": "-tls1_2", "1.3": "-tls1_3"].sorted { $0.key < $1.key }.map { version, options in
                MailDomain("\(kind.label)-tls-\(version.last ?? "0")", "F-80", .verified) { draft in
                    let chain = try await kind.chain("mx.\(draft.domain)", kind.key)
                    try await draft.host(.openSSL(chain, options), tlsa: chain.tlsa())
                }
            }
        } + [
            unread("unread-leaf-cert-sha512", "F-80", .verified) { $0.tlsa(selector: 0, matching: 2) },
            unread("unread-leaf-full-key", "F-80", .verified) { $0.tlsa(matching: 0) },
            unread("unread-leaf-unusable", "F-80", .encrypted) { $0.tlsa(usage: 1) },
            MailDomain("unread-leaf-other-key", "V19", .tlsaInvalid) { draft in
                let chain = try await OddCertificate.dateWithoutZone.chain("mx.\(draft.domain)")
                try await draft.host(.openSSL(chain), tlsa: draft.chain().tlsa())
            },
            // Under DANE-TA the date counts, and version 1 is no fault of a server's certificate.
            unreadTA("unread-leaf-ta-date", .dateWithoutZone, .tlsaInvalid),
            unreadTA("unread-leaf-ta-version", .versionOneWithExtensions, .verified),
            MailDomain("unread-leaf-ee-beside-ta", "F-80", .verified) { draft in
                let authority = try await CertificateAuthority.root()
                let chain = try await OddCertificate.dateWithoutZone.chain("mx.\(draft.domain)", issuedBy: authority)
                try await draft.host(.openSSL(chain), tlsa: chain.tlsa(usage: 2, depth: 1), chain.tlsa())
            },
            MailDomain("unread-leaf-rsa-key-exchange", "F-80", .verified) { draft in
                let chain = try await OddCertificate.versionOneWithExtensions.chain("mx.\(draft.domain)", .rsa2048)
                try await draft.host(.openSSL(chain, "-tls1_2 -cipher AES128-SHA"), tlsa: chain.tlsa())
            },
            MailDomain("unread-leaf-copied", "V16", .tlsFailed) { draft in
                // Whoever shows it has not its key.
                let chain = try await OddCertificate.versionOneWithExtensions.chain("mx.\(draft.domain)", .rsa2048)
                try await draft.host(
                    .failing(at: .handshake, .bytes(ForgedTLS.flight(chain.der))), tlsa: chain.tlsa())
            },
        ]

    private static func unreadTA(_ label: String, _ kind: OddCertificate, _ outcome: Outcome) -> MailDomain {
        MailDomain(label, "F-81", outcome) { draft in
            let authority = try await CertificateAuthority.root()
            let chain = try await kind.chain("mx.\(draft.domain)", issuedBy: authority)
            try await draft.host(.openSSL(chain), tlsa: chain.tlsa(usage: 2, depth: 1))
        }
    }

    // MARK: Whom only some libraries reach

    private static let reach: [MailDomain] = [
        reached("ccm-of-tls-1-3-alone", "F-84", .tlsFailed, "-tls1_3 -ciphersuites TLS_AES_128_CCM_SHA256"),
        reached("ccm-8-of-tls-1-3-alone", "F-84", .tlsFailed, "-tls1_3 -ciphersuites TLS_AES_128_CCM_8_SHA256"),
        reached(
            "ccm-of-tls-1-3-first", "F-84", .verified,
            "-serverpref -ciphersuites TLS_AES_128_CCM_SHA256:TLS_AES_128_GCM_SHA256"),
        reached("ffdhe-alone", "F-84", .tlsFailed, "-tls1_3 -groups ffdhe2048"),
        reached("sha1-alone", "F-84", .tlsFailed, key: .rsa2048, "-tls1_2 -sigalgs RSA+SHA1 -cipher ALL:@SECLEVEL=0"),
        reached("ccm-ecdsa", "F-85", .verified, "-tls1_2 -cipher ECDHE-ECDSA-AES128-CCM"),
        reached("ccm-256", "F-85", .verified, "-tls1_2 -cipher ECDHE-ECDSA-AES256-CCM"),
        reached("ccm-8", "F-85", .verified, "-tls1_2 -cipher ECDHE-ECDSA-AES128-CCM8"),
        reached("ccm-rsa", "F-85", .verified, key: .rsa2048, "-tls1_2 -cipher AES128-CCM"),
        reached("ccm-dhe", "F-85", .verified, key: .rsa2048, "-tls1_2 -cipher DHE-RSA-AES256-CCM8"),
        reached("camellia", "F-85", .verified, key: .rsa2048, "-tls1_2 -cipher DHE-RSA-CAMELLIA128-SHA"),
        reached("camellia-sha256", "F-85", .verified, "-tls1_2 -cipher ECDHE-ECDSA-CAMELLIA128-SHA256"),
        reached("dhe-2048", "F-85", .verified, key: .rsa2048, "-tls1_2 -cipher DHE-RSA-AES128-SHA"),
        reached(
            "dhe-1024", "F-85", .verified, key: .rsa2048,
            "-tls1_2 -cipher DHE-RSA-AES128-SHA:@SECLEVEL=0 -dhparam dh1024"),
        reached("cbc-sha384", "F-85", .verified, "-tls1_2 -cipher ECDHE-ECDSA-AES256-SHA384"),
        reached("x448", "F-85", .verified, "-tls1_3 -groups X448"),
        reached("p-521", "F-85", .verified, "-tls1_2 -groups P-521"),
        reached("ed25519", "F-85", .verified, key: .ed25519, "-tls1_3"),
    ]

    // MARK: Parts

    private static func good(
        _ label: String, _ rule: String, _ change: @escaping @Sendable (SMTPHostBehaviour) -> SMTPHostBehaviour
    ) -> MailDomain {
        MailDomain(label, rule, .verified) { draft in
            let chain = try await draft.chain()
            try await draft.host(change(.normal(chain)), tlsa: chain.tlsa())
        }
    }

    private static func odd(
        _ label: String, _ change: @escaping @Sendable (SMTPHostBehaviour) -> SMTPHostBehaviour
    ) -> MailDomain {
        MailDomain(label, "unreachable", .unreachable) { draft in
            let chain = try await draft.chain()
            try await draft.host(change(.normal(chain)), tlsa: chain.tlsa())
        }
    }

    private static func inside(_ label: String, _ reply: String) -> MailDomain {
        good(label, "L-04") { $0.failing(at: .secureEHLO, .text("\(reply)\r\n")) }
    }

    private static func unread(
        _ label: String, _ rule: String, _ outcome: Outcome, record: @escaping @Sendable (IssuedChain) -> String
    ) -> MailDomain {
        MailDomain(label, rule, outcome) { draft in
            let chain = try await OddCertificate.dateWithoutZone.chain("mx.\(draft.domain)")
            try await draft.host(.openSSL(chain), tlsa: record(chain))
        }
    }

    /// A host whose TLS is OpenSSL's with these options.
    private static func reached(
        _ label: String, _ rule: String, _ outcome: Outcome, key algorithm: CertificateKey.Algorithm = .p256,
        _ options: String
    ) -> MailDomain {
        MailDomain(label, rule, outcome, rules: outcome == .tlsFailed ? ["V16"] : []) { draft in
            let chain = try await draft.chain(algorithm)
            try await draft.host(.openSSL(chain, options), tlsa: chain.tlsa())
        }
    }
}

extension OddCertificate {
    /// What a domain with one is called.
    fileprivate var label: String {
        switch self {
        case .versionOneWithExtensions: "v1-with-extensions"
        case .versionTwoWithExtensions: "v2-with-extensions"
        case .dateWithoutZone: "date-without-zone"
        case .fractionalDate: "fractional-date"
        case .impossibleDate: "impossible-date"
        case .twoSignatureAlgorithms: "two-signature-algorithms"
        }
    }

    /// The kind of its key there: both are seen.
    fileprivate var key: CertificateKey.Algorithm {
        switch self {
        case .versionTwoWithExtensions, .twoSignatureAlgorithms, .fractionalDate: .rsa2048
        default: .p256
        }
    }
}
