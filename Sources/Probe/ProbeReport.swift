/// What a probe saw. It judges nothing: whether the chain is the right one is for others to say.
///
/// All text that came from the host is printable ASCII and at most 200 bytes long.
public struct ProbeReport: Sendable {
    /// A step of the dialogue, in order.
    public enum Step: String, Sendable, CaseIterable {
        /// The TCP connection attempt.
        case connect
        /// The wait for the greeting.
        case banner
        /// The first EHLO.
        case ehlo
        /// The STARTTLS command.
        case starttls
        /// The TLS handshake.
        case handshake
        /// EHLO again, inside TLS (RFC 3207 §4.2).
        case secureEHLO = "secure-ehlo"
        /// QUIT; the report is complete before it.
        case quit
    }

    /// How the dialogue ended.
    public enum End: Hashable, Sendable {
        /// The host was not tried, and nothing was sent: the address is of special purpose and not allowed by the
        /// configuration, or denied by it, or this machine has no way there (no IPv6, say).
        case notProbed(String)
        /// The host was not tried, for want of our own: no slot came free in time or before the probe was cancelled,
        /// or this machine had no descriptor. It says nothing about the host, nor about the way there, and is not kept.
        case crowded(String)
        /// The host was not tried, for it, or its network, has been probed as often as one may in an hour; and what an
        /// earlier connection to its address came to, if one is known.
        indirect case withheld(String, earlier: Earlier?)
        /// The host could not be reached over SMTP, refused to talk to us, or stopped answering, at that step:
        /// nothing is known about its TLS.
        case unreachable(Step, String)
        /// EHLO was answered without STARTTLS, or is not known to the host (HELO has no extensions, RFC 5321 §4.1.1.1).
        case startTLSNotOffered(String)
        /// STARTTLS was offered and then refused; the reply.
        case startTLSRefused(String)
        /// The TLS handshake failed, cleartext stood where TLS must begin (CVE-2011-0411), or an alert came before EHLO was
        /// answered inside TLS.
        case tlsFailed(String)
        /// TLS is up, and EHLO was answered inside it; or GnuTLS went no further than the certificates, for reasons
        /// of its own (``TLSSession/unread``).
        case secured(TLSSession)
    }

    /// A TLS session as negotiated. Nothing in it is verified.
    public struct TLSSession: Hashable, Sendable {
        /// `TLS1.3` or `TLS1.2`.
        public let protocolVersion: String
        /// The cipher suite's IANA name, `TLS_AES_128_GCM_SHA256`.
        public let cipherSuite: String
        /// The key exchange group, `X25519`; nil where none was used.
        public let group: String?
        /// The certificates in DER as the host sent them, the leaf first: 1 to 129, together at most 100 KB.
        public let chain: [[UInt8]]
        /// Why the handshake went no further than the certificates; nil where it is complete.
        public let unread: Unread?

        /// F-80: GnuTLS does not read the host's own certificate, and ended a handshake that other libraries
        /// complete. What the host showed stands, and what its certificate says is not known here.
        public struct Unread: Hashable, Sendable {
            /// What GnuTLS says of the certificate; a sentence without a full stop.
            public let fault: String
            /// Whether the host has proven that it has the certificate's key, by its signature on the handshake (RFC
            /// 8446 §4.4.3, RFC 5246 §7.4.3). Where it is false that could not be checked here.
            public let isProven: Bool

            /// A certificate of the given kind; for tests of those who judge.
            public init(fault: String, isProven: Bool) {
                self.fault = fault
                self.isProven = isProven
            }
        }

        /// A session of the given parts; for tests of those who judge.
        public init(
            protocolVersion: String, cipherSuite: String, group: String? = nil, chain: [[UInt8]], unread: Unread? = nil
        ) {
            self.protocolVersion = protocolVersion
            self.cipherSuite = cipherSuite
            self.group = group
            self.chain = chain
            self.unread = unread
        }
    }

    /// An earlier connection to the address and port of a host that is left alone.
    public struct Earlier: Hashable, Sendable {
        /// What a connection tells of the host that is left alone now.
        public enum Likeness: Hashable, Sendable {
            /// It was made to this very host, by the same name and for the same TLSA records.
            case same
            /// The same, but so long ago that the host may be in order no more.
            case sameOutOfDate
            /// The host was called by the same name (SNI), for other TLSA records.
            case sameName
            /// It was called by another name: under this one it may show another certificate.
            case otherName
        }

        /// How it ended: with a TLS session, or why there is none.
        public let end: End
        /// What it was made for.
        public let likeness: Likeness

        /// A connection of the given parts.
        public init(_ end: End, _ likeness: Likeness) {
            self.end = end
            self.likeness = likeness
        }
    }

    /// How long a step took.
    public struct Timing: Hashable, Sendable {
        /// The step.
        public let step: Step
        /// The time from its beginning to its end, or to the end of the dialogue.
        public let duration: Duration

        /// A timing of the given parts.
        public init(step: Step, duration: Duration) {
            self.step = step
            self.duration = duration
        }
    }

    /// How the dialogue ended.
    public let end: End
    /// The steps that were begun, in order, `quit` excepted.
    public let timings: [Timing]
    /// The first line of the greeting; nil if none came.
    public let banner: String?
    /// The lines the host sent, in clear and inside TLS: the first 100 of them.
    public let replies: [String]
    /// When the dialogue ended: a report may be kept, and then speaks of that time.
    public let taken: ContinuousClock.Instant

    /// A report of the given parts; for tests of those who judge.
    public init(
        end: End, timings: [Timing] = [], banner: String? = nil, replies: [String] = [],
        taken: ContinuousClock.Instant = .now
    ) {
        self.taken = taken
        self.end = end
        self.timings = timings
        self.banner = banner
        self.replies = replies
    }
}
