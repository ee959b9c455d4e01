import DANE

extension MailDomains {
    /// SMTP hosts that are hostile, or broken in unlikely ways. What cannot be understood is a doubt. What a host says
    /// clearly, above all by a TLS alert, is a fact.
    static let hostile: [MailDomain] = smtpHostile + tlsHostile

    private static let smtpHostile: [MailDomain] = [
        // Too much of everything.
        speaking("banner-10mb", at: .banner, .bytes(line(of: 10 << 20))),
        speaking("banner-100000-lines", at: .banner, .bytes(continuations("220", 100_000))),
        speaking("ehlo-100000-lines", at: .ehlo, .bytes(continuations("250", 100_000))),
        speaking("starttls-100000-lines", at: .starttls, .bytes(continuations("220", 100_000))),
        speaking("secure-ehlo-100000-lines", at: .secureEHLO, .bytes(continuations("250", 100_000))),
        speaking("ehlo-10mb", at: .ehlo, .bytes(line(of: 10 << 20))),
        // Too slow.
        speaking("ehlo-tarpit", at: .ehlo, .tarpit(every: .milliseconds(50)), "F-54", "S-08"),
        speaking("starttls-tarpit", at: .starttls, .tarpit(every: .milliseconds(50)), "F-54", "L-01"),
        speaking("secure-ehlo-tarpit", at: .secureEHLO, .tarpit(every: .milliseconds(50))),
        speaking("banner-without-newline", at: .banner, .text("220 mx ESMTP"), "F-54", "S-08"),
        speaking("ehlo-without-newline", at: .ehlo, .text("250-mx\r\n250 STARTTLS")),
        speaking("ehlo-stall", at: .ehlo, .stall, "F-54", "S-08"),
        speaking("secure-ehlo-stall", at: .secureEHLO, .stall),
        MailDomain("slow-banner", "F-54", .verified, rules: "S-08") { draft in
            // Slow is not broken, as long as the probe's own time lasts.
            let chain = try await draft.chain()
            try await draft.host(.normal(chain).slow(.seconds(1)), tlsa: chain.tlsa())
        },
        // No text, or not the right one.
        odd("nul-in-replies") { $0.greeting("220 mx\0 ESM\0TP").answeringEHLO("250-m\0x", "250-\0", "250 STARTTLS") },
        odd("8bit-in-replies") { $0.greeting("220 m\u{FC}x \u{9B}31m").answeringEHLO("250-\u{FF}", "250 STARTTLS") },
        odd("bare-lf-and-cr") { $0.greeting("220-a\r\r", "220 b\rc").answeringEHLO("250-mx\n250 STARTTLS") },
        speaking("nul-greeting", at: .banner, .bytes([0, 0, 0, 0, 0x0D, 0x0A])),
        speaking("mixed-codes", at: .ehlo, .text("250-mx\r\n550 no\r\n")),
        speaking("greeting-without-code", at: .banner, .text("hello there\r\n")),
        speaking("code-of-four-digits", at: .banner, .text("2200 mx\r\n")),
        // Closed or reset at each step; at the greeting, and in the handshake, elsewhere.
        speaking("closing-at-ehlo", at: .ehlo, .close),
        speaking("closing-at-starttls", at: .starttls, .close, "L-01"),
        speaking("closing-after-handshake", at: .secureEHLO, .close, "F-60"),
        speaking("resetting-at-ehlo", at: .ehlo, .reset),
        speaking("resetting-at-starttls", at: .starttls, .reset),
        speaking("resetting-after-handshake", at: .secureEHLO, .reset, "F-60"),
        speaking("busy-at-ehlo", at: .ehlo, .text("421 4.3.2 Shutting down\r\n"), "F-55"),
        // What is said clearly.
        answering("starttls-501", .refusingSTARTTLS("501 5.5.4 Syntax error")),
        answering("starttls-550", .refusingSTARTTLS("550 5.7.1 Not for you")),
        answering("starttls-454", .refusingSTARTTLS("454 4.7.0 TLS not available due to local problem")),
        MailDomain("starttls-hidden", "F-59", .startTLSNotSupported, rules: "V16") { draft in
            let host = SMTPHostBehaviour.noSTARTTLS.answeringEHLO("250-mx", "250-SIZE", "250 XXXXXXXA")
            try await draft.host(host, tlsa: draft.chain().tlsa())
        },
        MailDomain("bytes-after-220-reply", "L-05", .tlsFailed, rules: "V16") { draft in
            let chain = try await draft.chain()
            let replies = "250-mx\r\n250 OK\r\n250 OK\r\n354 go\r\n"
            try await draft.host(.normal(chain).injecting(after220: replies), tlsa: chain.tlsa())
        },
    ]

    private static let tlsHostile: [MailDomain] = [
        // Alerts: fatal ones of several kinds, one nobody knows, warnings, and a goodbye where a ServerHello belongs.
        forged("alert-handshake-failure", .tlsFailed, ForgedTLS.alert(2, 40), "V16", "F-56"),
        forged("alert-protocol-version", .tlsFailed, ForgedTLS.alert(2, 70), "V16"),
        forged("alert-internal-error", .tlsFailed, ForgedTLS.alert(2, 80), "V16"),
        forged("alert-unknown", .tlsFailed, ForgedTLS.alert(2, 255), "V16"),
        forged("alert-close-notify", .tlsFailed, ForgedTLS.alert(1, 0), "V16"),
        forged(
            "alert-after-server-hello", .tlsFailed,
            ForgedTLS.record(.handshake, ForgedTLS.serverHello) + ForgedTLS.alert(2, 80), "V16"),
        MailDomain("alert-flood", "V16", .tlsFailed) { draft in
            let fault = SMTPHostBehaviour.Fault.repeating(ForgedTLS.alert(1, 90))
            try await draft.host(.failing(at: .handshake, fault), tlsa: draft.chain().tlsa())
        },
        MailDomain("alert-for-client-certificate", "F-60", .tlsFailed, rules: "V16") { draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain).alertAfterHandshake(), tlsa: chain.tlsa())
        },
        // Silence after each part of a flight.
        stalling("stall-in-record-header", after: [22, 3, 3]),
        stalling("stall-in-server-hello", after: Array(flight.prefix(30))),
        stalling("stall-after-server-hello", after: ForgedTLS.record(.handshake, ForgedTLS.serverHello)),
        stalling("stall-in-certificate", after: Array(flight.prefix(400))),
        stalling(
            "stall-after-certificate",
            after: ForgedTLS.record(
                .handshake, ForgedTLS.serverHello + ForgedTLS.certificates([ForgedCertificate.rsa()]))),
        MailDomain("handshake-tarpit", "unreachable", .unreachable, waiting: true) { draft in
            let fault = SMTPHostBehaviour.Fault.drip(flight, every: .milliseconds(50))
            try await draft.host(.failing(at: .handshake, fault), tlsa: draft.chain().tlsa())
        },
        // Records that are none.
        forged("record-too-long", .tlsFailed, [22, 3, 3, 0xFF, 0xFF] + [UInt8](repeating: 0, count: 0xFFFF), "V16"),
        forged("record-of-unknown-kind", .tlsFailed, [99, 3, 3, 0, 1, 0], "V16"),
        forged("records-of-garbage", .tlsFailed, (0..<2000).map { UInt8(truncatingIfNeeded: $0 &* 197 &+ 3) }, "V16"),
        forged("finished-first", .tlsFailed, ForgedTLS.record(.handshake, ForgedTLS.message(20, [1, 2, 3])), "V16"),
        forged("data-first", .tlsFailed, ForgedTLS.record(.data, Array("250 mx\r\n".utf8)), "V16"),
        MailDomain("empty-records", "V16", .tlsFailed) { draft in
            let fault = SMTPHostBehaviour.Fault.repeating(ForgedTLS.record(.handshake, []))
            try await draft.host(.failing(at: .handshake, fault), tlsa: draft.chain().tlsa())
        },
        MailDomain("hello-requests", "V16", .tlsFailed) { draft in
            let fault = SMTPHostBehaviour.Fault.repeating(ForgedTLS.record(.handshake, ForgedTLS.message(0, [])))
            try await draft.host(.failing(at: .handshake, fault), tlsa: draft.chain().tlsa())
        },
        // Certificates that are none.
        forged("no-certificates", .tlsFailed, ForgedTLS.flight([]), "V16"),
        forged("empty-certificate", .tlsFailed, ForgedTLS.flight([[]]), "V16"),
        forged("malformed-leaf", .tlsFailed, ForgedTLS.flight([Array(ForgedCertificate.rsa().dropLast(9))]), "V16"),
        forged(
            "malformed-intermediate", .tlsFailed,
            ForgedTLS.flight([ForgedCertificate.rsa(), [0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 0]]), "V16"),
        forged("signature-of-nobody", .tlsFailed, ForgedTLS.flight([ForgedCertificate.rsa()]), "V16"),
        // Certificates without measure.
        forged(
            "rsa-16384", .tlsFailed, ForgedTLS.flight([ForgedCertificate.rsa(bits: 16_384)], signature: 2048), "V16"),
        forged(
            "rsa-250000", .unreachable,
            ForgedTLS.flight([ForgedCertificate.rsa(bits: 250_000, exponentBits: 250_000)], signature: 31_250)),
        forged("chain-1mb", .unreachable, flight(of: 400, padding: 2000)),
        forged("certificate-1mb", .unreachable, flight(of: 1, padding: 1 << 20)),
        forged("certificate-90kb", .unreachable, flight(of: 1, padding: 90_000)),
        forged("certificate-60kb", .tlsFailed, flight(of: 1, padding: 60_000), "V16"),
        forged(
            "certificate-of-names", .tlsFailed,
            ForgedTLS.flight([ForgedCertificate.rsa(repetitions: 2_300)]), "V16"),
        MailDomain("chain-of-100", "V17", .verified) { draft in
            let chain = try await draft.chain()
            let rest = [Int](repeating: 1, count: 99)
            try await draft.host(.normal(chain, sending: [0] + rest), tlsa: chain.tlsa())
        },
        MailDomain("chain-of-100-anchor-last", "V18", .verified) { draft in
            let chain = try await draft.chain()
            let rest = [Int](repeating: 1, count: 98)
            try await draft.host(.normal(chain, sending: [0] + rest + [2]), tlsa: chain.tlsa(usage: 2, depth: 2))
        },
        MailDomain("chain-of-150-anchor-last", "unreachable", .unreachable) { draft in
            // What stands behind the certificates that are judged is not known, so its absence is none.
            let chain = try await draft.chain()
            let rest = [Int](repeating: 1, count: 148)
            try await draft.host(.normal(chain, sending: [0] + rest + [2]), tlsa: chain.tlsa(usage: 2, depth: 2))
        },
        // Everything that a page could show is markup: names, certificates, replies.
        MailDomain("markup", "V19", .tlsaInvalid) { draft in
            let names = ["mx.markup.example", "<svg onload=alert(1)>.markup.example"]
            let chain = try await IssuedChain.selfSigned(
                names[0], names[1],
                commonName: "<script>alert(2)</script>\"><img src=//evil.example/x onerror=alert(3)>")
            try await draft.host(
                .normal(chain).greeting("220 <script>alert(4)</script> '\"><b>"), tlsa: draft.chain().tlsa())
            try await draft.host(
                named: "b", preference: 20, .refusingSTARTTLS("454 4.7.0 <img src=x onerror=alert(5)> {{{x}}}"),
                tlsa: draft.chain().tlsa())
            draft.mx(30, "<script>x")
        },
    ]

    // MARK: Parts

    private static let flight = ForgedTLS.flight([ForgedCertificate.rsa()])

    private static func flight(of count: Int, padding: Int) -> [UInt8] {
        ForgedTLS.flight([[UInt8]](repeating: ForgedCertificate.rsa(padding: padding), count: count))
    }

    private static func line(of length: Int) -> [UInt8] {
        Array("220 ".utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: length) + [13, 10]
    }

    private static func continuations(_ code: String, _ count: Int) -> [UInt8] {
        Array((String(repeating: "\(code)-more\r\n", count: count) + "\(code) end\r\n").utf8)
    }

    /// A host in order but for one step, at which it leaves us without an answer: a doubt.
    private static func speaking(
        _ label: String, at step: SMTPHostBehaviour.Step, _ fault: SMTPHostBehaviour.Fault, _ rules: String...
    ) -> MailDomain {
        MailDomain(label, "unreachable", .unreachable, rules: rules, waiting: fault.keepsWaiting) { draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain).failing(at: step, fault), tlsa: chain.tlsa())
        }
    }

    /// A host whose odd replies do no harm.
    private static func odd(
        _ label: String, _ change: @escaping @Sendable (SMTPHostBehaviour) -> SMTPHostBehaviour
    ) -> MailDomain {
        MailDomain(label, "V17", .verified) { draft in
            let chain = try await draft.chain()
            try await draft.host(change(.normal(chain)), tlsa: chain.tlsa())
        }
    }

    private static func answering(_ label: String, _ behaviour: SMTPHostBehaviour) -> MailDomain {
        MailDomain(label, "V16", .startTLSNotSupported, rules: "F-51", "L-01") {
            try await $0.host(behaviour, tlsa: $0.chain().tlsa())
        }
    }

    /// A host that answers the ClientHello with these bytes, a part of a flight, and then says nothing.
    private static func stalling(
        _ label: String, after bytes: @escaping @autoclosure @Sendable () -> [UInt8]
    ) -> MailDomain {
        MailDomain(label, "unreachable", .unreachable, waiting: true) { draft in
            try await draft.host(.failing(at: .handshake, .bytes(bytes())), tlsa: draft.chain().tlsa())
        }
    }

    /// A host that answers the ClientHello with these bytes.
    private static func forged(
        _ label: String, _ outcome: Outcome, _ bytes: @escaping @autoclosure @Sendable () -> [UInt8], _ rules: String...
    ) -> MailDomain {
        MailDomain(label, rules.first ?? outcome.rawValue, outcome, rules: Array(rules.dropFirst())) { draft in
            try await draft.host(.failing(at: .handshake, .bytes(bytes())), tlsa: draft.chain().tlsa())
        }
    }
}
