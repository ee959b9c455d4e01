import World

/// What a hostile site, or a local user, does.
enum Attack: String, CaseIterable {
    /// A zone whose bad signatures come at once and whose keys take 2.5 s: each name wants a second look.
    case slowKeys = "slow-keys"
    /// A zone that is plainly bogus.
    case bogus
    /// Names with eight addresses each, of hosts that say nothing.
    case tarpit
    /// A zone with a short name below a short top level that never answers.
    case dead
    /// Zones whose name servers say over UDP that nothing fits, and send a byte a second over TCP.
    case trickle
    /// A zone with names whose MX host is a provider's that good domains have too, with TLSA records that are wrong.
    case sharedHost = "shared-host"
    /// Names with 32 MX hosts of eight addresses each.
    case fanOut = "fan-out"
    /// Long chains, long replies, long names.
    case words
    /// Connections to the milter's socket that say nothing, coming and going.
    case idle

    /// Their names.
    static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

    /// Recipients a second; of `idle`, connections.
    var rate: Int {
        switch self {
        case .slowKeys: 60
        case .bogus: 100
        case .tarpit: 15
        case .dead: 150
        case .trickle: 15
        case .sharedHost: 10
        case .fanOut: 2
        case .words: 10
        case .idle: 200
        }
    }

    /// How many name servers trickle, each with a zone `z<number>` of its own: more than a context of libunbound has
    /// connections.
    static let trickling = 80

    /// The domain below which its names lie.
    var zone: String {
        switch self {
        case .slowKeys: "slowkeys.example"
        case .bogus: "plainbogus.example"
        case .tarpit: "tarpit.example"
        case .dead: "ded.zz"
        case .trickle: "trickle.example"
        case .sharedHost: "cuckoo.example"
        case .fanOut: "fanout.example"
        case .words: "words.example"
        case .idle: ""
        }
    }

    /// So many different names the world has below the zone; nil for any number.
    var names: Int? {
        switch self {
        case .slowKeys, .bogus, .dead, .trickle: nil
        case .tarpit: 90
        case .sharedHost: 400
        case .fanOut: 40
        case .words: 400
        case .idle: 0
        }
    }

    /// A recipient.
    func recipient(_ number: Int) -> String {
        var label = names.map { "n\(number % max(1, $0))" } ?? "n\(number)x\(UInt32.random(in: 0 ... .max))"
        if self == .trickle { label += ".z\(number % Self.trickling)" }
        return "<someone@\(label).\(zone)>"
    }

    /// Whether an answer is wrong. Only destinations in order may be accepted, and none may be refused permanently so
    /// soon.
    func isWrong(_ answer: MilterClient.Answer) -> Bool {
        switch answer {
        case .continue: self != .words
        case .reply(let text): text.hasPrefix("5")
        case .reject: true
        default: false
        }
    }
}
