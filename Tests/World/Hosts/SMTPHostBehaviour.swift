/// How an SMTP host of the test world behaves: well, unless told otherwise.
///
/// Begin with one of the static constructors and change it with the methods, which return changed copies:
/// `.normal(chain, sending: [0]).greeting("220-hello", "220 there").failing(at: .secureEHLO, .close)`.
public struct SMTPHostBehaviour: Sendable {
    /// A point of the dialogue at which a host can fail.
    public enum Step: Sendable, CaseIterable {
        /// Instead of the greeting.
        case banner
        /// Instead of the answer to EHLO in clear.
        case ehlo
        /// Instead of the answer to STARTTLS.
        case starttls
        /// Instead of TLS, when the client's first TLS record comes.
        case handshake
        /// Instead of the answer to EHLO inside TLS.
        case secureEHLO
    }

    /// How a host can fail.
    public enum Fault: Hashable, Sendable {
        /// It closes the connection.
        case close
        /// It resets the connection (SO_LINGER 0).
        case reset
        /// It says nothing any more.
        case stall
        /// It sends one byte of a reply that never ends at each interval.
        case tarpit(every: Duration)
        /// It sends lines of a reply without end, as fast as they are taken.
        case flood
        /// It sends a line without end, as fast as it is taken.
        case longLine
        /// It sends bytes that are no text, and then nothing.
        case binary
        /// It sends these bytes, and then nothing.
        case text(String)
        /// It sends these bytes, and then nothing.
        case bytes([UInt8])
        /// It sends these bytes again and again, as fast as they are taken.
        case repeating([UInt8])
        /// It sends these bytes one by one at each interval, and then nothing.
        case drip([UInt8], every: Duration)

        /// Whether all it does is keep the client waiting, in silence or with a reply that has no end.
        public var keepsWaiting: Bool {
            switch self {
            case .stall, .tarpit, .drip, .flood: true
            default: false
            }
        }
    }

    /// Which certificates a host shows to whom.
    enum Certificates: Sendable {
        case none
        case chain(IssuedChain, sending: [Int]?)
        case byName([String: IssuedChain], default: IssuedChain?)
        case byKey([IssuedChain])
        /// The first certificate's key, and further options of s_server(1).
        case openSSL(IssuedChain, String)
    }

    /// The TLS versions up to which a host can be held.
    public enum TLSVersion: Sendable {
        /// TLS 1.0 and 1.1, which RFC 8996 retired.
        case tls11
        /// TLS 1.2.
        case tls12
        /// TLS 1.3.
        case tls13
    }

    var greeting = ["220 mx ESMTP danegate test world"]
    var ehlo = [
        "250-mx", "250-SIZE 10485760", "250-8BITMIME", "250-SMTPUTF8", "250-STARTTLS", "250 ENHANCEDSTATUSCODES",
    ]
    /// What it says to EHLO with a name that is neither fully qualified nor an address literal; nil for nothing else.
    var unqualified: [String]?
    var helo = ["250 mx"]
    var starttls = "220 2.0.0 Ready to start TLS"
    /// What stands at the end of each of its lines.
    var lineEnd = "\r\n"
    var injection = ""
    var delay = Duration.zero
    var certificates = Certificates.none
    var maximumVersion = TLSVersion.tls13
    var wantsClientCertificate = false
    var faults: [Step: Fault] = [:]
    /// Whether all that is wrong with it is that it keeps the client waiting.
    public var keepsWaiting: Bool { !faults.isEmpty && faults.values.allSatisfy(\.keepsWaiting) }
    /// How each further connection is met; after the last one it begins anew with this behaviour itself.
    var others: [SMTPHostBehaviour] = []

    // MARK: Constructors

    /// A host with TLS and a chain.
    ///
    /// - Parameter sending: Which certificates of the chain are sent, by depth and in this order. The leaf must be
    ///   first for the handshake to succeed. By default all are sent, the root too.
    public static func normal(_ chain: IssuedChain, sending: [Int]? = nil) -> SMTPHostBehaviour {
        SMTPHostBehaviour(certificates: .chain(chain, sending: sending))
    }

    /// A host whose chain is chosen by the name the client asks for (SNI).
    ///
    /// - Parameter chains: The chains by name, in lower case.
    /// - Parameter default: The chain for other names and for clients without SNI; nil aborts the handshake with
    ///   `unrecognized_name`.
    public static func sni(_ chains: [String: IssuedChain], default: IssuedChain?) -> SMTPHostBehaviour {
        SMTPHostBehaviour(certificates: .byName(chains, default: `default`))
    }

    /// A host with several chains whose leaves have keys of different kinds. The client gets the one whose kind stands
    /// first in its signature algorithms, as OpenSSL chooses.
    public static func byKey(_ chains: IssuedChain...) -> SMTPHostBehaviour {
        SMTPHostBehaviour(certificates: .byKey(chains))
    }

    /// A host whose TLS is OpenSSL's.
    ///
    /// - Parameters:
    ///   - chain: The certificates, all of which are sent, and the leaf's key.
    ///   - options: Options of s_server(1): `-tls1_2 -cipher ECDHE-ECDSA-AES128-CCM`.
    public static func openSSL(_ chain: IssuedChain, _ options: String = "") -> SMTPHostBehaviour {
        SMTPHostBehaviour(certificates: .openSSL(chain, options))
    }

    /// A host with several machines behind one address, which take turns: the first connection reaches the first
    /// machine, and so on.
    public static func inTurn(_ first: SMTPHostBehaviour, _ others: SMTPHostBehaviour...) -> SMTPHostBehaviour {
        first.changed { $0.others = others }
    }

    /// A host without TLS.
    public static let noSTARTTLS = SMTPHostBehaviour().answeringEHLO("250-mx", "250 SIZE 10485760")

    /// A host that offers STARTTLS and then refuses it.
    public static func refusingSTARTTLS(_ reply: String = "454 4.7.0 TLS not available") -> SMTPHostBehaviour {
        var behaviour = SMTPHostBehaviour()
        behaviour.starttls = reply
        return behaviour
    }

    /// A host that refuses EHLO.
    public static func ehloRefused(_ reply: String = "502 5.5.2 Command not implemented") -> SMTPHostBehaviour {
        SMTPHostBehaviour().answeringEHLO(reply)
    }

    /// A host that refuses EHLO, and HELO with the same words.
    public static func refusing(_ reply: String) -> SMTPHostBehaviour { ehloRefused(reply).answeringHELO(reply) }

    /// A host that greets like this, and has no TLS.
    public static func banner(_ lines: String...) -> SMTPHostBehaviour {
        var behaviour = noSTARTTLS
        behaviour.greeting = lines
        return behaviour
    }

    /// A host that accepts connections and never speaks.
    public static let silent = failing(at: .banner, .stall)
    /// A host that greets one byte at a time and never comes to the end.
    public static func tarpit(every interval: Duration = .milliseconds(50)) -> SMTPHostBehaviour {
        failing(at: .banner, .tarpit(every: interval))
    }
    /// A host that greets without end.
    public static let flood = failing(at: .banner, .flood)
    /// A host that greets with one endless line.
    public static let longLine = failing(at: .banner, .longLine)
    /// A host that speaks no text.
    public static let binary = failing(at: .banner, .binary)
    /// A host that answers the TLS handshake in clear.
    public static let plaintextInsteadOfTLS = failing(at: .handshake, .text("500 5.5.2 What?\r\n"))

    /// A host that closes the connection at that step; it has no chain, so it never comes to `secureEHLO`.
    public static func closing(at step: Step) -> SMTPHostBehaviour { failing(at: step, .close) }
    /// A host that resets the connection at that step; it has no chain, so it never comes to `secureEHLO`.
    public static func resetting(at step: Step) -> SMTPHostBehaviour { failing(at: step, .reset) }
    /// A host that fails at that step; it has no chain, so it never comes to `secureEHLO`.
    public static func failing(at step: Step, _ fault: Fault) -> SMTPHostBehaviour {
        SMTPHostBehaviour().failing(at: step, fault)
    }

    // MARK: Changes

    /// The same host, failing at that step.
    public func failing(at step: Step, _ fault: Fault) -> SMTPHostBehaviour { changed { $0.faults[step] = fault } }

    /// The same host, greeting with these lines.
    public func greeting(_ lines: String...) -> SMTPHostBehaviour { greeting(lines) }

    /// The same host, greeting with these lines.
    public func greeting(_ lines: [String]) -> SMTPHostBehaviour { changed { $0.greeting = lines } }

    /// The same host, greeting after a time.
    public func slow(_ delay: Duration) -> SMTPHostBehaviour { changed { $0.delay = delay } }

    /// The same host, answering EHLO in clear with these lines; inside TLS it answers well.
    public func answeringEHLO(_ lines: String...) -> SMTPHostBehaviour { answeringEHLO(with: lines) }

    /// The same host, answering EHLO in clear with these lines; inside TLS it answers well.
    public func answeringEHLO(with lines: [String]) -> SMTPHostBehaviour { changed { $0.ehlo = lines } }

    /// The same host, answering HELO with these lines.
    public func answeringHELO(_ lines: String...) -> SMTPHostBehaviour { changed { $0.helo = lines } }

    /// The same host, answering EHLO so where the name is neither fully qualified nor an address literal.
    public func answeringUnqualifiedEHLO(_ lines: String...) -> SMTPHostBehaviour { changed { $0.unqualified = lines } }

    /// The same host, answering STARTTLS with these lines.
    public func answeringSTARTTLS(_ lines: String...) -> SMTPHostBehaviour {
        changed { $0.starttls = lines.joined(separator: $0.lineEnd) }
    }

    /// The same host, ending each line so.
    public func ending(lines end: String) -> SMTPHostBehaviour { changed { $0.lineEnd = end } }

    /// The same host, sending bytes in clear right after its answer to STARTTLS (CVE-2011-0411).
    public func injecting(after220 bytes: String = "250 injected\r\n") -> SMTPHostBehaviour {
        changed { $0.injection = bytes }
    }

    /// The same host, with no TLS version above that one.
    public func tls(max version: TLSVersion) -> SMTPHostBehaviour { changed { $0.maximumVersion = version } }

    /// The same host, demanding a certificate of the client: with TLS 1.3 its alert comes after the client's side of
    /// the handshake is complete, with TLS 1.2 during the handshake.
    public func requiringClientCertificate() -> SMTPHostBehaviour { changed { $0.wantsClientCertificate = true } }

    /// As ``requiringClientCertificate()`` with TLS 1.3: the handshake completes for the client, and then an alert
    /// comes.
    public func alertAfterHandshake() -> SMTPHostBehaviour { requiringClientCertificate().tls(max: .tls13) }

    private func changed(_ change: (inout SMTPHostBehaviour) -> Void) -> SMTPHostBehaviour {
        var copy = self
        change(&copy)
        return copy
    }
}
