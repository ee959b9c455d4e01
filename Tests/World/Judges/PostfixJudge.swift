import Foundation

/// Postfix's judgement of mail domains, by `posttls-finger -l dane`: MX and TLSA lookup, SMTP and TLS in the way of
/// smtp(8).
///
/// It stays with the first address that accepts a connection, and says which one that is.
public enum PostfixJudge {
    /// Why it cannot be had here; nil if it can.
    public static func unavailable() async -> String? {
        guard geteuid() == 0 else { return "posttls-finger needs root, to be shown a resolver of the tests' own" }
        for program in ["posttls-finger", "unbound", "unshare"] where (try? ChildProcess.find(program)) == nil {
            return "\(program) is not installed"
        }
        let mount = try? await ChildProcess.run("unshare", ["-m", "mount", "--bind", "/etc/hosts", "/etc/resolv.conf"])
        return mount?.status == 0 ? nil : "no mount namespace can be had: \(mount?.output ?? "?")"
    }

    /// Judges domains, in the order given.
    ///
    /// - Parameters:
    ///   - port: The port of their hosts.
    ///   - resolver: Who answers for DNSSEC.
    public static func judge(
        _ domains: [String], port: UInt16, by resolver: ValidatingResolver, seconds: Int = 20
    ) async throws -> [JudgeOpinion] {
        let scratch = try ScratchDirectory("finger")
        // The host's own configuration is not read.
        try scratch.write(
            "compatibility_level = 3.6\nmyhostname = judge.example\ninet_protocols = all\n", to: "main.cf")
        // Verbose: otherwise it does not tell a host with TLSA records from one without where no TLS comes about.
        let scripts = domains.map {
            "MAIL_CONFIG=\(scratch.path) exec posttls-finger -v -l dane -t 6 -T 6 '\($0):\(port)'"
        }
        return try await CommandBatch.run(scripts, seconds: seconds, resolvConf: resolver.configurationPath)
            .map(opinion)
    }

    private static func opinion(_ result: CommandBatch.Result) -> JudgeOpinion {
        let prefix = "posttls-finger: "
        let lines = result.output.split(whereSeparator: \.isNewline)
            .map { $0.hasPrefix(prefix) ? $0.dropFirst(prefix.count) : $0 }
        // Of several addresses that it tries the last one is the one it settled on.
        let tries = lines.indices.filter { lines[$0].hasPrefix("connect_addr: trying") }
        let last = lines[(tries.dropLast().last ?? 0)...]
        func line(_ texts: String...) -> String? {
            last.last { line in texts.contains { line.contains($0) } }.map(String.init)
        }
        let place = line("Connected to ").flatMap { $0.firstMatch(of: /Connected to (.+)\[(.+)\]:\d+/) }
            .map { (name: String($0.1), address: String($0.2)) }
        func say(_ verdict: JudgeVerdict, _ reason: String) -> JudgeOpinion {
            JudgeOpinion(
                verdict, reason, at: place, isLate: result.isLate || reason.contains(/timeout while|timed out/))
        }
        if result.status >= 128 && !result.isLate {
            return say(.unknown, "posttls-finger broke: \(lines.suffix(2).joined(separator: " "))")
        }
        if result.isLate { return say(.unreached, "no end in time") }
        let unusable = line("no usable TLSA records found, resorting", "all TLSA records unusable, fallback")
        let absent = line("no TLSA records found, resorting")
        // Asked once for all addresses of a host.
        let hasRecords = lines.contains { $0.contains(" (TLSA): OK") } && absent == nil
        // EHLO again, inside TLS, is what a message needs (RFC 3207 §4.2).
        if let session = last.firstIndex(where: { $0.contains("TLS connection established") }),
            let lost = last[session...].last(where: { $0.contains(/(lost connection|timeout) while sending EHLO/) })
        {
            // The host says why, and so it is no doubt (RFC 8446 §6.2).
            let alert = last[session...].first { $0.contains("SSL alert number") }
            return say(alert == nil ? .unreached : .withoutTLS, String(alert ?? lost))
        }
        if let verified = line("Verified TLS connection established"), hasRecords {
            return say(.authenticated, line("Matched DANE") ?? verified)
        }
        // RFC 7672 §2.2.1: a match by way of insecure MX records is not to be called secure; Postfix says "trusted".
        if let trusted = line("Trusted TLS connection established"), line("MX RRset insecure") != nil {
            return say(.plain, trusted)
        }
        if line("TLS connection established") != nil {
            if unusable != nil { return say(.encrypted, unusable ?? "") }
            guard hasRecords else { return say(.plain, absent ?? "no TLSA records") }
            return say(.refused, line("verification failed for") ?? "not verified")
        }
        let noContact = [
            "Destination address lookup failed", "Failed to establish session", "timeout while",
            "lost connection while",
            "SMTP service not available", "Connection timed out",
            // RFC 5321 §3.8: the service closes, whatever the command was.
            "STARTTLS rejected: 421",
        ]
        let session = last[(last.lastIndex { $0.hasPrefix("Connected to ") } ?? last.startIndex)...]
        if let reason = session.last(where: { line in noContact.contains { line.contains($0) } }) {
            return say(.unreached, String(reason))
        }
        // smtp(8) would go on with HELO, and call it unreached where that is refused, too ("refused to talk to me").
        // A host that does not know EHLO has no STARTTLS (RFC 5321 §3.2).
        if let refusal = session.last(where: { $0.contains("EHLO rejected: ") }),
            !refusal.contains(/EHLO rejected: 50[02]/)
        {
            return say(.unreached, String(refusal))
        }
        let failure = line("SSL_connect error", "STARTTLS rejected", "EHLO rejected")
        let offered = line("> STARTTLS") != nil
        guard failure != nil || (!offered && line("> QUIT") != nil) else {
            return say(.unknown, "posttls-finger says nothing that is known: \(lines.suffix(3).joined(separator: " "))")
        }
        let reason = failure ?? "no STARTTLS"
        return hasRecords ? say(.withoutTLS, reason) : say(.plain, reason)
    }
}
