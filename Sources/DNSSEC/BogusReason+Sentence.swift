import Support

extension BogusReason {
    /// Whether the sentence itself names what was looked up. If not, it is about something on the way there, such as
    /// the keys of the zone, and a message that quotes it should say what it is the reason for.
    public var namesQuestion: Bool { kind != .other && subject != nil && subject == question }

    /// The reason as a sentence without a full stop, in printable ASCII of bounded length.
    ///
    /// - Parameter now: The time in seconds since 1970. The sentence says "3 days ago" only from two days on: verdicts
    ///   keep it for an hour, and it must stay true for that time.
    public func sentence(at now: Int64) -> String {
        guard let subject else { return detail }
        let records = subject.records
        let name = subject.shownName
        switch kind {
        case .expired:
            return "the signature of \(records) \(Self.past(time, now))"
        case .notYetValid:
            return "the signature of \(records) is not valid " + (time.map { "before \(UnixTime.minute($0))" } ?? "yet")
        case .unsigned:
            return "\(records) carry no signature"
        case .unverified:
            return "the signature of \(records) does not verify: altered or damaged data"
        case .unknownKey:
            return "the signature of \(records) was made with a key that is not published"
        case .noMatchingKey:
            return "the DS record at the parent of \(name) matches none of its keys"
        case .noKeys:
            return "the parent says that \(name) is signed (DS), but it has no DNSKEY"
        case .unknownDelegation:
            return "the DS records of \(name) at its parent could not be looked up"
        case .unproven:
            let denied = deniesName ? "\(name) does not exist" : "\(name) has no \(subject.type) records"
            return "the proof that \(denied) is missing or wrong (NSEC/NSEC3)"
        case .other:
            return detail
        }
    }

    /// `expired 3 days ago (2026-11-20 14:00 UTC)`.
    private static func past(_ time: Int64?, _ now: Int64) -> String {
        guard let time else { return "expired" }
        let days = (now - time) / 86400
        return days >= 2 ? "expired \(days) days ago (\(UnixTime.minute(time)))" : "expired on \(UnixTime.minute(time))"
    }
}

extension BogusReason.Subject {
    /// A longer name would leave no room in a reply for the rest.
    private static let longestName = 80

    /// `the MX records of example.org`.
    var records: String {
        switch type {
        case "DNSKEY": "the keys (DNSKEY) of \(shownName)"
        case "NSEC", "NSEC3": "the proof (\(type)) of what \(shownZone) does not hold"
        default: "the \(type) records of \(shownName)"
        }
    }

    /// The name. Of a long name, only its end.
    var shownName: String { Self.shown(name) }

    /// The zone of an NSEC3 record, whose own name begins with a hash. For other types, the name.
    private var shownZone: String {
        guard type == "NSEC3", let dot = name.firstIndex(of: ".") else { return shownName }
        return Self.shown(String(name[name.index(after: dot)...]))
    }

    private static func shown(_ name: String) -> String {
        if name.isEmpty { return "." }
        return name.utf8.count <= longestName ? name : "..." + name.suffix(longestName - 3)
    }
}
