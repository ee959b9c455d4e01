import DANE
import Inspection
import Policy
import Support

/// What a line of a survey's input comes to. Each line is taken for itself: a list may be mixed.
struct SurveyLine: Equatable {
    /// What a line is.
    enum Kind: Equatable {
        /// A blank line or a comment.
        case blank
        /// A domain, a next hop, addresses.
        case listed
        /// A delivery in a log, or a ruling of danegate's.
        case delivery
        /// A line of a log that tells of no delivery.
        case other
        /// None of these, or not to be read, and why, as a clause.
        case junk(String)
    }

    /// Mail of a line.
    enum Mail: Equatable {
        /// To a destination, so many recipients; and by which relay, as a next hop.
        case to(Destination, recipients: Int, relay: Relay?)
        /// To somebody whom the gate would pass, and what is to be named with the reason.
        case leftOut(SurveyScope.Reason, recipients: Int, name: String)
    }

    /// The host that took the mail.
    struct Relay: Hashable {
        /// The host as a next hop, `[mx.example.org]:587`.
        let hop: String
        /// Its address.
        let address: IPAddress?
    }

    /// What it is.
    var kind: Kind
    /// The mail in it.
    var mail: [Mail] = []

    /// The longest line, in bytes. Postfix cuts its own at 2000; what journalctl prints in JSON around one may be
    /// longer.
    static let limit = 65_536

    /// Reads a line: a domain, a next hop `[host]:port`, addresses with angle brackets or without, `rank,domain`, or a
    /// line of a log.
    ///
    /// - Parameters:
    ///   - line: The line without its end.
    ///   - isExim: Whether lines before it were those of Exim's own log; set if this one is.
    static func read(_ line: LentBytes, _ scope: SurveyScope, isExim: inout Bool) -> SurveyLine {
        let line = line.trimmed
        guard let first = line.first, first != UInt8(ascii: "#") else { return SurveyLine(kind: .blank) }
        if let entry = MailLogLine.read(line, isExim: &isExim) { return read(entry, scope) }
        let entry = uncommented(withoutRank(line))
        return entry.contains(UInt8(ascii: "@")) ? addresses(entry, scope) : nextHop(entry.text, scope, .listed)
    }

    /// Takes what a line of a log says.
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

    /// Whether danegate has passed a recipient for what it is sent to; an exemption or a policy may be another today.
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

    /// The relay as the next hop that it was, for all that the log says.
    private static func relay(of relay: MailDelivery.Relay, _ scope: SurveyScope) -> Relay? {
        let name = relay.name.text
        // Port 25 is what a next hop without a port means.
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

    /// Addresses of a list, one or several on a line: all, or none.
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

    /// `17,example.org` without its rank, as the lists of popular domains have it.
    private static func withoutRank(_ line: LentBytes) -> LentBytes {
        let digits = line.prefix(while: \.isDigit).count
        guard digits > 0, digits < line.count, line[digits] == UInt8(ascii: ",") else { return line }
        return line.part(digits + 1..<line.count).trimmed
    }

    /// Without a comment at the end.
    private static func uncommented(_ line: LentBytes) -> LentBytes {
        for index in line.indices.dropFirst() where line[index] == UInt8(ascii: "#") && line[index - 1].isBlank {
            return line.part(0..<index).trimmed
        }
        return line
    }
}
