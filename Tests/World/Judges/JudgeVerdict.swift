/// What becomes of a message to a host or a domain, in the few words that all judges share.
public enum JudgeVerdict: String, Sendable, CaseIterable {
    /// Delivered: DANE authenticates the host.
    case authenticated
    /// Delivered over TLS, unauthenticated: there are TLSA records, and none can be used (RFC 7672 §2.2).
    case encrypted
    /// Delivered as if there were no DANE, for there is none.
    case plain
    /// Not delivered: TLS is there, and DANE does not authenticate the host.
    case refused
    /// Not delivered: DANE asks for TLS, which is not to be had.
    case withoutTLS = "without-tls"
    /// Not delivered for a reason that comes before TLS: the DNS does not tell, or nobody talks SMTP there.
    case unreached
    /// The judge broke.
    case unknown

    /// Whether the message is delivered.
    public var delivers: Bool {
        switch self {
        case .authenticated, .encrypted, .plain: true
        case .refused, .withoutTLS, .unreached, .unknown: false
        }
    }
}

/// What a judge says.
public struct JudgeOpinion: Sendable {
    /// The verdict.
    public let verdict: JudgeVerdict
    /// The judge's own words for it.
    public let reason: String
    /// Where the judge settled, if it chose for itself: the host's name and address.
    public let place: (name: String, address: String)?
    /// Whether a deadline passed: of a machine with much to do that proves nothing.
    public let isLate: Bool

    init(
        _ verdict: JudgeVerdict, _ reason: String, at place: (name: String, address: String)? = nil,
        isLate: Bool = false
    ) {
        self.verdict = verdict
        self.reason = reason
        self.place = place
        self.isLate = isLate
    }
}
