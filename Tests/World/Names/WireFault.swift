/// What a name server does to the queries of one kind instead of answering them.
public struct WireFault: Sendable, Hashable {
    /// What it does.
    public indirect enum Effect: Sendable, Hashable {
        /// It says nothing.
        case drop
        /// It answers with SERVFAIL.
        case servfail
        /// It answers with NOTIMP.
        case notimp
        /// It answers with REFUSED.
        case refused
        /// It answers with FORMERR.
        case formerr
        /// It says over UDP that the answer does not fit; over TCP it answers.
        case truncate
        /// It answers after a time.
        case delay(Duration)
        /// It says that there are no such records, and proves nothing.
        case noData
        /// It says that there is no such name, and proves nothing.
        case noSuchName
        /// It knows nothing of the zone and refers to the root, as a server does that a delegation names by mistake.
        case lame
        /// It answers without signatures.
        case unsigned
        /// It answers, and claims to have validated the answer (the AD bit, RFC 4035 §3.1.6).
        case claimingValidity
        /// It answers without the records that prove that something is not there, NSEC and NSEC3, and their signatures.
        case withoutProofs
        /// It answers without records of one type, and their signatures.
        case without(UInt16)
        /// It answers without records of some types, and leaves their signatures.
        case withoutAll(Set<UInt16>)
        /// It answers with another number of iterations in each NSEC3 record than what was signed (RFC 5155 §3.1.3).
        case iterations(UInt16)
        /// It gives an address to names that do not exist, as a provider does that sells advertisements there.
        case madeUpAddress
        /// It does so to the first question of the kind, and to every second one after it; to the others it answers.
        case everySecond(Effect)
        /// It does so to every second message, whatever is asked.
        case alternating(Effect)
        /// It does so for half of all names, always the same ones, as where two servers share the work by the name.
        case halfOfTheNames(Effect)
        /// It does so over UDP alone.
        case overUDP(Effect)
        /// It does so where the answer is longer than so many bytes.
        case longerThan(Int, Effect)
        /// It answers with a message that is not quite the answer, or with more than one.
        case forged(AnswerForgery)
    }

    /// The name asked for, without a trailing dot; `*` for all.
    public var name: String
    /// The type asked for, as in a zone file; nil for all.
    public var type: String?
    /// What happens.
    public var effect: Effect

    /// A fault for a name and type.
    public init(_ name: String, _ type: String? = nil, _ effect: Effect) {
        self.name = name.lowercased()
        self.type = type
        self.effect = effect
    }
}

/// A question that the name servers were asked.
public struct Query: Sendable, Hashable, CustomStringConvertible {
    /// The name in lower case, without a trailing dot; empty for the root.
    public var name: String
    /// The type as in a zone file (`MX`), or `TYPE` and a number.
    public var type: String

    /// A question.
    public init(_ name: String, _ type: String) {
        self.name = name.lowercased()
        self.type = type
    }

    /// `example.org MX`.
    public var description: String { "\(name.isEmpty ? "." : name) \(type)" }
}
