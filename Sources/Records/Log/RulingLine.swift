import DANE
package import Policy
package import Support

/// The one line for a ruled recipient. The order of its keys is fixed, and documented in the manual.
///
/// It is not copyable, because a copy would change the reference counts of all its texts one by one.
package struct RulingLine: ~Copyable, Sendable {
    private let action: Ruling.Action
    private let would: Ruling.Action?
    private let outcome: Outcome
    private let code: EnhancedStatusCode?
    private let failingFor: Duration?
    package let mode: Settings.Mode
    /// The door that the recipient came to.
    package let door: DoorKind
    package let recipient: String
    package let domain: String
    package let host: String?
    package let isCached: Bool
    package let waited: Duration
    package let trace: TraceID
    package let client: String?
    package let queueID: String?
    /// The recipient's bytes, if they are not UTF-8 (F-98).
    package var recipientBytes: [UInt8]?
    /// The next hop as an MTA writes it, if this site's own configuration names it; otherwise nil.
    package var ownHop: String?
    /// Why the recipient passed without a verdict; nil if there was one.
    package var passed: String?
    /// The sender as the client typed it; nil if there was none.
    package var sender: ReceivedText?
    /// Whether the log may contain the sender.
    package var tellsSender = true
    /// The name with which the client authenticated; nil if it did not, or the log must not contain it.
    package var authenticated: String?
    /// The reason for the verdict. Only for refusals, whether they are carried out or not.
    package var cause: String?

    /// Makes one from its parts.
    package init(
        ruling: borrowing Ruling, mode: Settings.Mode, door: DoorKind = .milter, recipient: String, domain: String,
        host: String?, isCached: Bool, waited: Duration, trace: TraceID, client: String?, queueID: String?,
        recipientBytes: [UInt8]? = nil,
        ownHop: String? = nil, passed: String? = nil, sender: ReceivedText? = nil, tellsSender: Bool = true,
        authenticated: String? = nil, cause: String? = nil
    ) {
        action = ruling.action
        would = ruling.would
        outcome = ruling.outcome
        code = ruling.code
        failingFor = ruling.failingFor
        self.mode = mode
        self.door = door
        self.recipient = recipient
        self.domain = domain
        self.host = host
        self.isCached = isCached
        self.waited = waited
        self.trace = trace
        self.client = client
        self.queueID = queueID
        self.recipientBytes = recipientBytes
        self.ownHop = ownHop
        self.passed = passed
        self.sender = sender
        self.tellsSender = tellsSender
        self.authenticated = authenticated
        self.cause = cause
    }

    /// The most bytes of everything that does not come from outside: keys, codes, times, trace id.
    private static let ownRoom = 400

    /// The most bytes that the line may need.
    var room: Int {
        var room = Self.ownRoom
        room += LineCursor.room(for: recipient, recipientBytes)
        room += LineCursor.room(for: domain) + LineCursor.room(for: host)
        room += LineCursor.room(for: client) + LineCursor.room(for: queueID)
        room += LineCursor.room(for: ownHop) + LineCursor.room(for: passed) + LineCursor.room(for: cause)
        if let sender { room += LineCursor.room(for: sender.text, sender.bytes) }
        room += LineCursor.room(for: authenticated)
        return room
    }

    /// The line.
    var line: LogLine { LogLine(room: room) { write(to: &$0) } }

    /// Writes the line.
    func write(to line: inout LineCursor) {
        line.put("ruling=" as StaticString)
        line.put(action.word)
        line.put(" mode=" as StaticString)
        line.put(mode.word)
        if let would {
            line.put(" would=" as StaticString)
            line.put(would.word)
        }
        line.put(" to=" as StaticString)
        line.put(value: recipient, recipientBytes)
        line.put(" domain=" as StaticString)
        line.put(value: domain)
        line.put(" outcome=" as StaticString)
        if passed == nil { line.put(outcome.rawValue) } else { line.put(UInt8(ascii: "-")) }
        line.put(" code=" as StaticString)
        if let code { line.put(code.description) } else { line.put(UInt8(ascii: "-")) }
        line.put(" host=" as StaticString)
        line.put(value: host)
        line.put((isCached ? " cached=yes waited_ms=" : " cached=no waited_ms=") as StaticString)
        let tenths = waited.wholeTenths
        line.put(number: tenths / 10)
        line.put(UInt8(ascii: "."))
        line.put(number: tenths % 10)
        line.put(" failing_for=" as StaticString)
        if let failing = failingFor {
            line.put(DurationText.brief(failing))
        } else {
            line.put(UInt8(ascii: "-"))
        }
        line.put(" trace=" as StaticString)
        trace.write(to: &line)
        line.put(" client=" as StaticString)
        line.put(value: client)
        line.put(" qid=" as StaticString)
        line.put(value: queueID)
        if tellsSender {
            line.put(" from=" as StaticString)
            if let sender { line.put(path: sender) } else { line.put(UInt8(ascii: "-")) }
        }
        if let authenticated {
            line.put(" sasl=" as StaticString)
            line.put(value: authenticated)
        }
        line.put(" via=" as StaticString)
        line.put(door.word)
        if let ownHop {
            line.put(" own_hop=" as StaticString)
            line.put(value: ownHop)
        }
        if let passed {
            line.put(" passed=" as StaticString)
            line.put(value: passed)
        }
        // Keys that are added later go before this one, because a cause is long.
        if let cause {
            line.put(" cause=" as StaticString)
            line.put(value: cause)
        }
    }
}

// Made from its raw value, each word would cost a line some seventy instructions more.

extension Ruling.Action {
    /// The raw value, as a literal.
    fileprivate var word: StaticString {
        switch self {
        case .accept: "accept"
        case .tempfail: "tempfail"
        case .reject: "reject"
        }
    }
}

extension Settings.Mode {
    /// The raw value, as a literal.
    fileprivate var word: StaticString {
        switch self {
        case .enforce: "enforce"
        case .monitor: "monitor"
        }
    }
}

extension DoorKind {
    /// The raw value, as a literal.
    fileprivate var word: StaticString {
        switch self {
        case .milter: "milter"
        case .query: "query"
        case .policy: "policy"
        }
    }
}

extension Duration {
    /// Tenths of milliseconds, rounded.
    fileprivate var wholeTenths: UInt64 {
        // Nearly all are shorter than nine seconds, and then no 128-bit division is needed.
        if let short = Int64(exactly: attoseconds), short < .max - 50_000_000_000_000 {
            return UInt64(max(0, (short + 50_000_000_000_000) / 100_000_000_000_000))
        }
        let (seconds, attoseconds) = components
        return UInt64(max(0, seconds * 10_000 + (attoseconds + 50_000_000_000_000) / 100_000_000_000_000))
    }
}
