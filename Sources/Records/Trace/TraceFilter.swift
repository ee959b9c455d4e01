import Certificates
public import DANE
import Foundation
import GRDB
public import Policy
import Support

/// Selects recipients of the trace.
public struct TraceFilter: Sendable {
    /// The whole address of the recipient, in any case, as typed or as the log has it.
    public var recipient: String?
    /// The whole address of the sender, in the same forms; `<>` or empty for the null sender.
    public var sender: String?
    /// The client's address.
    public var client: String?
    /// The outcome.
    public var outcome: Outcome?
    /// The action that was taken, or would have been in enforce mode.
    public var ruling: Ruling.Action?
    /// The first moment, in milliseconds since 1970.
    public var since: Int64?
    /// The end, in milliseconds since 1970; a recipient at this moment no longer passes.
    public var until: Int64?
    /// The trace id, or its beginning.
    public private(set) var id: TraceIDArgument?
    /// The domain of the recipient or of the next hop, with its labels reversed, and whether its subdomains are meant.
    private var domain: (key: String, isBelow: Bool)?

    /// Whether the filter selects a domain.
    var hasDomain: Bool { domain != nil }

    /// Makes a filter that passes all recipients.
    public init() {}

    /// Selects a domain: `example.org`, or `.example.org` for all its subdomains.
    public mutating func take(domain text: String) throws(TraceFilterError) {
        let isBelow = text.hasPrefix(".")
        guard let name = InternationalName.domainName(isBelow ? String(text.dropFirst()) : text), !name.isRoot else {
            throw TraceFilterError(sentence: "--domain \(Self.shown(text)): this is no domain name.")
        }
        // danegate does not judge mail to address literals.
        guard IPAddress(name.text) == nil else {
            throw TraceFilterError(
                sentence: "--domain \(Self.shown(text)): this is an address; --client takes a client's.")
        }
        domain = (TraceSchema.key(name.text), isBelow)
    }

    /// Selects a recipient's address, in the form of an MTA, a mail program or the log.
    public mutating func take(recipient text: String) throws(TraceFilterError) {
        let address = text.trimming("<>")
        // F-97: danegate judges no recipient without a domain. So the trace has no address without an @.
        guard address.contains("@") else {
            throw TraceFilterError(
                sentence: "--recipient \(Self.shown(text)): an address has an @ in it; --domain takes a domain.")
        }
        recipient = address
    }

    /// Selects a client's address, IPv4 or IPv6.
    public mutating func take(client text: String) throws(TraceFilterError) {
        let plain = text.trimming("[]")
        if let address = IPAddress(plain) {
            client = address.description
            return
        }
        // An MTA has a word for a client without an address: `unknown`, `local`.
        guard !plain.isEmpty, plain.allSatisfy({ $0.isASCII && $0.isLetter }) else {
            throw TraceFilterError(
                sentence: "--client \(Self.shown(text)): must be an address like 192.0.2.1 or 2001:db8::1, "
                    + "not a name and not a network.")
        }
        client = plain
    }

    /// Refuses times that no recipient can match: an end before the beginning, or a beginning in the future.
    ///
    /// - Parameters:
    ///   - follows: Whether the command waits for recipients still to come.
    ///   - now: The time, in milliseconds since 1970.
    public func check(follows: Bool, now: Int64 = TraceTime.now()) throws(TraceFilterError) {
        if let since, let until, since >= until {
            throw TraceFilterError(sentence: "--since must be earlier than --until: nothing can match.")
        }
        if let since, since > now, !follows {
            throw TraceFilterError(
                sentence: "--since is in the future (\(TraceTime.brief(since)) UTC): nothing can match yet.")
        }
        if follows, let until, until <= now {
            throw TraceFilterError(sentence: "--until is in the past: nothing can come that --follow would show.")
        }
    }

    /// Returns what a person typed, in a form for a sentence.
    static func shown(_ text: String) -> String { TerminalText.shown(text) }

    /// Selects an outcome by its name.
    public mutating func take(outcome text: String) throws(TraceFilterError) {
        guard let outcome = Outcome(rawValue: text.lowercased()) else {
            let names = Outcome.allCases.map(\.rawValue).joined(separator: ", ")
            throw TraceFilterError(
                sentence:
                    "--outcome \(Self.shown(text)): there is no such outcome; there are \(names)."
            )
        }
        self.outcome = outcome
    }

    /// Selects an action by its name.
    public mutating func take(ruling text: String) throws(TraceFilterError) {
        guard let ruling = Ruling.Action(rawValue: text.lowercased()) else {
            throw TraceFilterError(
                sentence:
                    "--ruling \(Self.shown(text)): must be accept, tempfail or reject.")
        }
        self.ruling = ruling
    }

    /// Selects a trace id: alone, in brackets, in a whole reply or log line, or its beginning.
    public mutating func take(id text: String) throws(TraceFilterError) { id = try TraceIDArgument(text) }

    /// Reads a moment from the value of an option: a date in ISO 8601, or a time before now (`2h`, `7d`).
    ///
    /// - Parameters:
    ///   - now: The time, in milliseconds since 1970.
    /// - Returns: Milliseconds since 1970.
    public static func moment(_ text: String, option: String, now: Int64 = TraceTime.now()) throws(TraceFilterError)
        -> Int64
    {
        if text.last?.isLetter == true, let ago = DurationText.parse(text) { return now - ago.milliseconds }
        if let moment = Moment(text) { return moment.seconds * 1000 }
        throw TraceFilterError(
            sentence: "\(option) \(shown(text)): must be a date like 2027-01-31 or "
                + "2027-01-31T12:00:00Z, or a time ago like 30m, 2h or 7d (up to 3650d).")
    }

    /// The conditions in SQL, one per index that may be needed, with their values. The rows of all are united.
    var conditions: [(sql: String, arguments: StatementArguments)] {
        var parts: [String] = ["1"]
        var arguments = StatementArguments()
        func add(_ sql: String, _ value: (any DatabaseValueConvertible)?) {
            parts.append(sql)
            arguments += [value]
        }
        func add(address: String, _ column: String) {
            guard let bytes = LogLine.unescaped(address) else { return add("\(column) = ? COLLATE NOCASE", address) }
            // The log escapes bytes that are no UTF-8 as `\xfc`, and also those of other scripts.
            let text = String(validating: bytes, as: UTF8.self)
            add("(\(column) = ? COLLATE NOCASE OR \(column) = ? COLLATE NOCASE)", address)
            arguments += text.map { [$0] } ?? [Data(bytes)]
        }
        if let recipient { add(address: recipient, "recipient") }
        if let sender { add(address: sender == "<>" ? "" : sender, "sender") }
        if let client { add("client = ?", client) }
        if let outcome { add("outcome = ?", outcome.rawValue) }
        if let ruling {
            add("(ruling = ? OR would = ?)", ruling.rawValue)
            arguments += [ruling.rawValue]
        }
        if let since { add("time >= ?", since) }
        if let until { add("time < ?", until) }
        if let id, id.isWhole { add("trace = ?", id.text) }
        if let id, !id.isWhole {
            add("trace >= ?", id.text)
            // `~` sorts after all letters and digits.
            add("trace < ?", id.text + "~")
        }
        let rest = (parts.joined(separator: " AND "), arguments)
        guard let domain else { return [rest] }
        return ["domainKey", "hopKey"].map { column in
            // `/` is the character after `.`, so this is the range of all names below the domain.
            let sql = domain.isBelow ? "\(column) > ? AND \(column) < ?" : "\(column) = ?"
            let values: StatementArguments =
                domain.isBelow ? [domain.key, String(domain.key.dropLast()) + "/"] : [domain.key]
            return ("\(rest.0) AND \(sql)", rest.1 + values)
        }
    }
}
