import DANE

extension MailDomains {
    /// Hosts as they are met in the field: who refuses us, and who writes replies in a way of his own.
    static let field: [MailDomain] = refusals + oddReplies

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
}
