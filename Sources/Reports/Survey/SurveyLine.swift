import DANE
import Inspection
import Policy
import Support

/// The meaning of a line of a survey's input. Each line is read for itself, so a list may mix all kinds.
struct SurveyLine: Equatable {
    /// The kind of a line.
    enum Kind: Equatable {
        /// A blank line or a comment.
        case blank
        /// A domain, a next hop or addresses.
        case listed
        /// A delivery in a log, or a ruling of danegate.
        case delivery
        /// A line of a log that has no delivery.
        case other
        /// Any other line, or one that cannot be read, and the reason, as a clause.
        case junk(String)
    }

    /// The mail of a line.
    enum Mail: Equatable {
        /// Mail to a destination, for so many recipients, and the relay that took it.
        case to(Destination, recipients: Int, relay: Relay?)
        /// Mail that the daemon would pass, and the name that explains the reason.
        case leftOut(SurveyScope.Reason, recipients: Int, name: String)
    }

    /// The host that took the mail.
    struct Relay: Hashable {
        /// The host as a next hop, `[mx.example.org]:587`.
        let hop: String
        /// The address of the host.
        let address: IPAddress?
    }

    /// The kind of the line.
    var kind: Kind
    /// The mail of the line.
    var mail: [Mail] = []

    /// The longest line, in bytes. Postfix cuts its lines at 2000 bytes, but the JSON that journalctl prints around one
    /// may make it longer.
    static let limit = 65_536

    /// Reads a line: a domain, a next hop `[host]:port`, addresses with or without angle brackets, `rank,domain`, or a
    /// line of a log.
    ///
    /// - Parameters:
    ///   - line: The line without its end.
    ///   - isExim: Whether earlier lines were of Exim's own log. It is set if this one is.
    static func read(_ line: LentBytes, _ scope: SurveyScope, isExim: inout Bool) -> SurveyLine {
        let line = line.trimmed
        guard let first = line.first, first != UInt8(ascii: "#") else { return SurveyLine(kind: .blank) }
        if let entry = MailLogLine.read(line, isExim: &isExim) { return read(entry, scope) }
        let entry = uncommented(withoutRank(line))
        return entry.contains(UInt8(ascii: "@")) ? addresses(entry, scope) : nextHop(entry.text, scope, .listed)
    }

    /// Returns the meaning of a line of a log.
    static func read(_ entry: MailLogLine, _ scope: SurveyScope) -> SurveyLine {
        switch entry {
        case .other: return SurveyLine(kind: .other)
        case .unread(let why): return SurveyLine(kind: .junk(why))
        case .ruling(let hop, let passed):
            guard !isNextHops(passed) else {
                return SurveyLine(kind: .delivery, mail: [.leftOut(.passed, recipients: 1, name: "")])
            }
            return nextHop(hop.text, scope, .delivery)
        case .delivery(let delivery): return read(delivery, scope)
        }
    }

    /// Whether danegate passed a recipient because of its next hop. An exemption or a policy, in contrast, may be
    /// different today.
    private static func isNextHops(_ passed: LentBytes?) -> Bool {
        guard let passed = passed?.text.trimmingPrefix("\"") else { return false }
        return ["exempt local part", "the next hop", "several next hops", "the domain is not one"].contains {
            passed.hasPrefix($0)
        }
    }

    private static func read(_ delivery: MailDelivery, _ scope: SurveyScope) -> SurveyLine {
        let count = delivery.state == .deferred ? 0 : 1
        var line = SurveyLine(kind: .delivery)
        if let (reason, name) = scope.reason(delivery) {
            line.mail = [.leftOut(reason, recipients: delivery.recipients.count * count, name: name)]
            return line
        }
        if delivery.transport == .unknown, delivery.relay?.address == nil {
            return SurveyLine(kind: .junk("a delivery whose transport is not told"))
        }
        let relay = delivery.relay.flatMap { Self.relay(of: $0, scope) }
        for address in delivery.recipients {
            let recipient = Recipient(path: address.text)
            if let reason = scope.reason(recipient) {
                line.mail.append(.leftOut(reason, recipients: count, name: ""))
                continue
            }
            switch recipient.domain {
            case .name(let name):
                line.mail.append(.to(Destination(.domain(name), port: scope.port), recipients: count, relay: relay))
            case .unmapped: line.kind = .junk("IDNA does not map this domain")
            default: line.kind = .junk("what stands behind the @ is no domain name")
            }
        }
        if delivery.isCut { line.kind = .junk("a list of recipients that is cut: of those left out nothing is known") }
        return line
    }

    /// Returns the relay as the next hop that it was, as far as the log tells.
    private static func relay(of relay: MailDelivery.Relay, _ scope: SurveyScope) -> Relay? {
        let name = relay.name.text
        // Port 25 is the meaning of a next hop without a port.
        let port = relay.port.map { $0 == 25 ? scope.port : $0 } ?? scope.port
        if IPAddress(name) != nil {
            return Relay(hop: port == scope.port ? "[\(name)]" : "[\(name)]:\(port)", address: relay.address)
        }
        guard let host = DomainName(name), !host.isRoot else { return nil }
        return Relay(hop: Destination(.host(host), port: port).text(standard: scope.port), address: relay.address)
    }

    private static func nextHop(_ text: String, _ scope: SurveyScope, _ kind: Kind) -> SurveyLine {
        switch Destination.parse(nextHop: text, port: scope.port) {
        case .destination(let destination):
            SurveyLine(kind: kind, mail: [.to(destination, recipients: 1, relay: nil)])
        case .literal: SurveyLine(kind: .junk("an address, to which DANE does not apply"))
        case .several: SurveyLine(kind: .junk("more than one word"))
        case .unmapped: SurveyLine(kind: .junk("IDNA does not map this domain"))
        case .malformed: SurveyLine(kind: .junk("no domain, next hop, mail address or line of a mail log"))
        }
    }

    /// Reads one or more addresses of a list from a line. If one is wrong, none counts.
    private static func addresses(_ text: LentBytes, _ scope: SurveyScope) -> SurveyLine {
        var line = SurveyLine(kind: .listed)
        for part in AddressList(text) {
            guard let path = part else { return SurveyLine(kind: .junk("not every word is a mail address")) }
            let recipient = Recipient(path: path.text)
            switch recipient.domain {
            case .name(let name):
                line.mail.append(
                    scope.reason(recipient).map { .leftOut($0, recipients: 1, name: "") }
                        ?? .to(Destination(.domain(name), port: scope.port), recipients: 1, relay: nil))
            case .none: return SurveyLine(kind: .junk("an address without a domain"))
            case .literal: return SurveyLine(kind: .junk("an address literal, to which DANE does not apply"))
            case .malformed: return SurveyLine(kind: .junk("what stands behind the @ is no domain name"))
            case .unmapped: return SurveyLine(kind: .junk("IDNA does not map this domain"))
            }
        }
        return line
    }

    /// Returns a line such as `17,example.org` without its rank. Lists of popular domains have this form.
    private static func withoutRank(_ line: LentBytes) -> LentBytes {
        let digits = line.prefix(while: \.isDigit).count
        guard digits > 0, digits < line.count, line[digits] == UInt8(ascii: ",") else { return line }
        return line.part(digits + 1..<line.count).trimmed
    }

    /// Returns a line without a comment at its end.
    private static func uncommented(_ line: LentBytes) -> LentBytes {
        for index in line.indices.dropFirst() where line[index] == UInt8(ascii: "#") && line[index - 1].isBlank {
            return line.part(0..<index).trimmed
        }
        return line
    }
}
