import Algorithms
import Certificates
import DANE
import Foundation
import Inspection
import Probe
public import Records
import Support

/// A mail to the postmaster of a domain whose DNSSEC or DANE is broken. It has the evidence in it, and nothing else.
///
/// All text from strangers is made printable ASCII, and each of its lines begins with blanks. So it cannot forge a
/// header field or a line.
public struct Notice: Sendable {
    /// The longest line, in characters.
    static let width = 76
    /// At most so many hosts, records or certificates of each are shown. The rest is counted.
    private static let limit = 8

    private let report: CheckReport
    private let inspection: Inspection
    /// The hosts that always or sometimes fail.
    private let failing: [InspectedHost]
    private let sender: String?
    private let firstSeen: Int64?
    private let refusals: TraceRefusals?
    private let now: Int64

    /// Makes a notice.
    ///
    /// - Parameters:
    ///   - report: The result of a check of the domain.
    ///   - sender: The sender's address; nil if the mailer is to choose it.
    ///   - firstSeen: When the running daemon first saw the fault, in seconds since 1970; nil if that is not known.
    ///   - refusals: How much mail to the domain was refused; nil if that is not known, or none was.
    ///   - now: The time, in seconds since 1970.
    public init(
        _ report: CheckReport, sender: String?, firstSeen: Int64?, refusals: TraceRefusals? = nil, now: Int64
    ) throws(NoticeError) {
        let outcome = report.verdict.outcome
        if outcome.isDoubt { throw .doubt }
        guard let inspection = report.inspection, outcome.defaultRuling == .deferThenReject || report.verdict.isDegraded
        else { throw .inOrder }
        failing = inspection.hosts.filter {
            !$0.finding.outcome.allowsDelivery && !$0.finding.outcome.isDoubt || $0.finding.isDegraded
        }
        // If one host may be used, nothing is proven about hosts that were not seen to fail.
        if outcome.allowsDelivery, failing.isEmpty { throw .doubt }
        self.report = report
        self.inspection = inspection
        self.sender = sender
        self.firstSeen = firstSeen
        self.refusals = refusals
        self.now = now
    }

    private var domain: String { inspection.destination.name.description }
    private var outcome: Outcome { report.verdict.outcome }
    private var code: String? {
        outcome.allowsDelivery ? nil : outcome.enhancedCode(.permanent)?.description
    }

    /// The mail: header fields, an empty line, the body. Lines end with LF.
    public var text: String {
        var lines: [String] = []
        if let sender { lines.append("From: \(PrintableText.of(sender.utf8, limit: 320))") }
        lines.append("To: postmaster@\(domain)")
        let subject = "Subject: Mail to \(domain): \(code.map { "\($0) " } ?? "")\(outcome.rawValue)"
        lines.append(
            subject.utf8.count <= Self.width
                ? subject : "Subject: Mail to your domain: \(code.map { "\($0) " } ?? "")\(outcome.rawValue)")
        lines += [
            "Date: \(Self.date(now))", "MIME-Version: 1.0", "Content-Type: text/plain; charset=us-ascii",
            "Auto-Submitted: no", "",
        ]
        lines += body
        return lines.joined(separator: "\n")
    }

    /// The mail as a message of an mbox (RFC 4155), for several notices. `formail -s sendmail -t` sends each.
    public var mboxText: String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let quoted = lines.map { $0.drop { $0 == ">" }.hasPrefix("From ") ? ">\($0)" : String($0) }
        return "From danegate \(Self.date(now, format: "EEE MMM d HH:mm:ss yyyy"))\n"
            + quoted.joined(separator: "\n") + "\n"
    }

    private var body: [String] {
        var lines = Self.wrapped("Dear postmaster of \(domain),") + [""]
        if outcome.allowsDelivery {
            lines += Self.wrapped(
                "mail to your domain is delivered for now, but not by every way: "
                    + "a host, an address or a connection that senders may meet fails. This is what we saw.")
        } else {
            let shown = code.map { "\($0) (\(outcome.rawValue))" } ?? outcome.rawValue
            let who = outcome == .noMailHost ? "" : " by senders that validate DNSSEC and DANE (RFC 7672)"
            lines += Self.wrapped(
                "mail to your domain cannot be delivered\(who). The code for it is \(shown), "
                    + "or the same with 4 as first digit: \(outcome.meaning). This is what we saw.")
        }
        lines += [""] + Self.wrapped(domain, "  ", label: "Domain:      ")
        lines.append("Inspected:   \(UnixTime.text(now))")
        if let firstSeen { lines.append("First seen:  \(UnixTime.text(firstSeen)), by our mail gateway") }
        if let refusals {
            let held = refusals.deferred > 0 ? ", \(refusals.deferred) of them for now only" : ""
            lines += Self.wrapped(
                "mail to \(CountText.of(refusals.recipients, "recipient")) since "
                    + "\(UnixTime.text(refusals.since))\(held)", "             ", label: "Refused:     ")
        }
        lines += Self.wrapped(Self.plain(report.verdict.cause), "             ", label: "Cause:       ")
        for step in inspection.steps where step.result == .failed && step.kind == .mx {
            lines += Self.wrapped("MX lookup:   \(Self.plain(step.detail))", "             ")
        }
        for host in failing.prefix(Self.limit) { lines += [""] + evidence(host) }
        if failing.count > Self.limit { lines += ["", "There are \(failing.count - Self.limit) more such hosts."] }
        if let repair = outcome.repair { lines += [""] + Self.wrapped("To mend it: \(repair).") }
        if let rule = outcome.rule { lines += Self.wrapped("What senders go by: \(rule).") }
        lines += [""] + Self.wrapped("To test it afterwards:") + test(failing.first)
        lines += [""]
        lines += Self.wrapped(
            "Answers may be cached for as long as your records' TTL says. This notice goes to postmaster, "
                + "the address of RFC 5321 4.5.1; no other contact was looked up.")
        return lines
    }

    private func evidence(_ host: InspectedHost) -> [String] {
        var lines = Self.wrapped(
            "Host \(Self.plain(host.finding.name)), MX preference \(host.finding.preference):", "  ")
        lines += Self.wrapped("  \(host.finding.outcome.rawValue): \(Self.plain(host.finding.cause))", "  ")
        for step in host.steps.filter({ $0.result == .failed && ($0.kind == .address || $0.kind == .tlsa) }).prefix(4) {
            lines += Self.wrapped("  \(step.kind.rawValue): \(Self.plain(step.detail))", "  ")
        }
        if let base = host.base, let owner = base.tlsaOwner(port: inspection.destination.port), !host.records.isEmpty {
            lines += Self.wrapped("  TLSA records as published at \(owner):", "    ")
            for record in host.records.prefix(Self.limit) { lines += Self.record(record.presentation) }
            if host.records.count > Self.limit { lines.append("    ... \(host.records.count) in all") }
        }
        var shown: Set<[[UInt8]]> = []
        for address in host.addresses.prefix(Self.limit) {
            for connection in address.connections {
                guard case .secured(let session) = connection.report.end else {
                    if !connection.outcome.isDoubt, !connection.purpose.isOffer {
                        lines += Self.wrapped(
                            "  \(address.finding.address), \(connection.purpose.words): "
                                + "\(Self.plain(connection.cause))",
                            "    ")
                    }
                    continue
                }
                // A client without SNI, or with one kind of key alone, may get another chain. That is no fault of the
                // domain.
                guard
                    connection.purpose == .first || connection.purpose == .again || !connection.outcome.allowsDelivery,
                    connection.purpose != .withoutName, shown.insert(session.chain).inserted
                else { continue }
                lines += Self.wrapped("  \(address.finding.address), \(connection.purpose.words), showed:", "    ")
                lines += certificates(session.chain, host)
            }
        }
        return lines
    }

    /// Returns the certificates of a chain, and the records that would match them.
    private func certificates(_ chain: [[UInt8]], _ host: InspectedHost) -> [String] {
        var lines: [String] = []
        let details = chain.prefix(Self.limit).compactMap(CertificateDetails.init(der:))
        for (depth, certificate) in details.enumerated() {
            lines += Self.wrapped("    \(depth): subject \(Self.plain(certificate.subject))", "       ")
            lines += Self.wrapped("       issuer \(Self.plain(certificate.issuer))", "       ")
            lines.append(
                "       from \(Self.day(certificate.notBefore)) until \(Self.day(certificate.notAfter)), SHA-256")
            lines.append("       \(certificate.certificateSHA256)")
        }
        guard let leaf = details.first, let owner = host.base?.tlsaOwner(port: inspection.destination.port) else {
            return lines
        }
        let right = "3 1 1 \(leaf.spkiSHA256)"
        let isThere = host.records.contains { $0.presentation.lowercased() == right.lowercased() }
        let verb = isThere ? "published already" : "to be published"
        lines += Self.wrapped("    The record that matches this certificate, \(verb) at \(owner):", "      ")
        lines += Self.record(right)
        let usesTA = host.records.contains { $0.usage == TLSARecord.Usage.daneTA.rawValue }
        // A host may send other certificates too, which are not the issuer of its own.
        if usesTA, details.count > 1, details[1].subject == leaf.issuer {
            lines += Self.wrapped(
                "    or, for the issuer that the host sends, as long as names and dates are right:", "      ")
            lines += Self.record("2 1 1 \(details[1].spkiSHA256)")
        }
        return lines
    }

    private func test(_ host: InspectedHost?) -> [String] {
        var lines: [String] = []
        let port = inspection.destination.port
        if let host, let base = host.base, let owner = base.tlsaOwner(port: port), outcome != .dnssecInvalid {
            lines += ["  dig +dnssec \(owner) TLSA", "  posttls-finger -c -l dane -L verbose,summary \(report.domain)"]
        } else {
            let type = if case .domain = inspection.destination.nextHop { "MX" } else { "A" }
            lines += ["  delv \(domain) \(type)", "  https://dnsviz.net/d/\(domain)/dnssec/"]
        }
        return lines.flatMap { Self.wrapped($0, "    ") }
    }

    // MARK: - Lines

    private static func plain(_ text: String) -> String { PrintableText.of(text.utf8, limit: 700) }

    /// Returns a record in presentation form. Its data stands on lines of 64 digits, at most four of them.
    private static func record(_ presentation: String) -> [String] {
        let words = presentation.split(separator: " ")
        guard let data = words.last, words.count == 4 else { return ["    \(presentation.prefix(70))"] }
        let head = words.dropLast().joined(separator: " ")
        guard data.count > 64 else { return ["    \(head) \(data)"] }
        let parts = data.chunks(ofCount: 64)
        return ["    \(head)"] + parts.prefix(4).map { "      \($0)" }
            + (parts.count > 4 ? ["      ... \(data.count / 2) bytes in all"] : [])
    }

    /// Returns lines no longer than `width`, broken at blanks, or anywhere in long words.
    ///
    /// - Parameters:
    ///   - indent: The beginning of the second and further lines.
    ///   - label: The beginning of the first line; nil if that begins with the blanks at the beginning of the text.
    static func wrapped(_ text: String, _ indent: String = "", label: String? = nil) -> [String] {
        let wrap = WordWrap(width: width, longWord: .broken)
        guard let label else { return wrap.lines(of: text, first: String(text.prefix { $0 == " " }), rest: indent) }
        // A name that does not fit behind its label stands below it, and is not broken if it fits there.
        let word = text.prefix { $0 != " " }
        guard label.utf8.count + word.utf8.count <= width else {
            return [label.trimmingBlanks()] + wrap.lines(of: text, first: indent, rest: indent)
        }
        return wrap.lines(of: text, first: label, rest: indent)
    }

    /// Whether a text is a plain address for a header field: a dot-atom (RFC 5322 §3.2.3), an @ and an ASCII domain
    /// name.
    public static func isAddress(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard text.utf8.count <= 254, parts.count == 2, parts[0].utf8.count <= 64, let domain = DomainName(parts[1]),
            !domain.isRoot, !text.hasSuffix("."), !text.contains("=?")
        else { return false }
        return parts[0].split(separator: ".", omittingEmptySubsequences: false).allSatisfy { word in
            !word.isEmpty
                && word.unicodeScalars.allSatisfy {
                    $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil)
                        || "!#$%&'*+-/=?^_`{|}~".unicodeScalars.contains($0)
                }
        }
    }

    private static func day(_ time: Int64) -> String { time < 0 ? "-" : String(UnixTime.text(time).prefix(10)) }

    /// Returns a date, by default in the form of RFC 5322 §3.3.
    private static func date(_ seconds: Int64, format: String = "EEE, d MMM yyyy HH:mm:ss '+0000'") -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = format
        return formatter.string(from: Date(timeIntervalSince1970: TimeInterval(seconds)))
    }
}

extension Outcome {
    /// The rule by which senders refuse such a domain, with its section.
    package var rule: String? {
        switch self {
        case .startTLSNotSupported, .tlsFailed: "RFC 7672 2.2, TLSA records make TLS mandatory"
        case .certificateExpired: "RFC 7672 3.1.2, the dates of a chain below a DANE-TA record count"
        case .tlsaInvalid: "RFC 7672 2.2 and 3.1; RFC 7671 8.1 says how to change a certificate and its records"
        case .certificateHostMismatch: "RFC 7672 3.2.2, a certificate below a DANE-TA record must name the host"
        case .dnssecInvalid: "RFC 4035 5.5 and RFC 7672 2.1.2, bogus answers are not to be used"
        case .noMailHost: "RFC 5321 5.1"
        default: nil
        }
    }
}
