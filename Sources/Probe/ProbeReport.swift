/// What a probe saw. It does not judge whether the chain is the right one.
///
/// All text from the host is printable ASCII of at most 200 bytes.
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
        /// EHLO again, inside TLS (L-04, RFC 3207 §4.2).
        case secureEHLO = "secure-ehlo"
        /// QUIT. The report is complete before it.
        case quit
    }

    /// How the dialogue ended.
    public enum End: Hashable, Sendable {
        /// The host was not tried, and nothing was sent: its address is of special purpose and not allowed, or denied
        /// by the configuration, or this machine has no route to it (no IPv6, for example).
        case notProbed(String)
        /// The host was not tried, because this machine lacked something: no slot became free in time or before the
        /// probe was cancelled, or there was no descriptor. It says nothing about the host or the way there, and must
        /// not be kept (F-120).
        case crowded(String)
        /// The host was not tried, because it or its network has been probed as often as it may be per hour; with the
        /// result of an earlier connection to its address, if one is known (F-125).
        indirect case withheld(String, earlier: Earlier?)
        /// The host was not tried, because another host of this site has authenticated it a short while ago.
        case foreign(Foreign)
        /// The host could not be reached over SMTP, refused to talk to us, or stopped answering, in this step. Nothing
        /// is known about its TLS.
        case unreachable(Step, String)
        /// EHLO was answered without STARTTLS, or the host does not know EHLO. HELO has no extensions (S-09, RFC 5321
        /// §4.1.1.1).
        case startTLSNotOffered(String)
        /// STARTTLS was offered and then refused, with this reply.
        case startTLSRefused(String)
        /// The TLS handshake failed, or cleartext came where TLS must begin (L-05, CVE-2011-0411), or an alert came
        /// before EHLO was answered inside TLS.
        case tlsFailed(TLSFailure)
        /// TLS is up, and EHLO was answered inside it. Or GnuTLS stopped after the certificates, for a reason of its
        /// own (``TLSSession/unread``).
        case secured(TLSSession)
    }

    /// A TLS session as negotiated. Nothing in it is verified.
    public struct TLSSession: Hashable, Sendable {
        /// `TLS1.3` or `TLS1.2`.
        public let protocolVersion: String
        /// The IANA name of the cipher suite, such as `TLS_AES_128_GCM_SHA256`.
        public let cipherSuite: String
        /// The key exchange group, such as `X25519`; nil if none was used.
        public let group: String?
        /// The certificates in DER as the host sent them, the leaf first: 1 to 129, together at most 100 KB.
        public let chain: [[UInt8]]
        /// Why the handshake stopped after the certificates; nil if it is complete.
        public let unread: Unread?

        /// GnuTLS cannot read the host's own certificate, and ended a handshake that other libraries complete (F-80).
        /// The chain is what the host showed. What the certificate says is not known here.
        public struct Unread: Hashable, Sendable {
            /// What GnuTLS says about the certificate, as a sentence without a full stop.
            public let fault: String
            /// Whether the host has proven, by its signature on the handshake, that it has the certificate's key (RFC
            /// 8446 §4.4.3, RFC 5246 §7.4.3). False if that could not be checked here.
            public let isProven: Bool

            /// A value for tests of code that judges reports.
            public init(fault: String, isProven: Bool) {
                self.fault = fault
                self.isProven = isProven
            }
        }

        /// A value for tests of code that judges reports.
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

    /// An earlier connection to the address and port of a host that is not probed now.
    public struct Earlier: Hashable, Sendable {
        /// How the earlier connection relates to the host that is not probed now.
        public enum Likeness: Hashable, Sendable {
            /// It was to this host, by the same name and for the same TLSA records.
            case same
            /// The same, but so long ago that the host may have changed.
            case sameOutOfDate
            /// It used the same name (SNI), for other TLSA records.
            case sameName
            /// It used another name. Under this one the host may show another certificate.
            case otherName
        }

        /// How it ended: with a TLS session, or with a reason why there is none.
        public let end: End
        /// How it relates to the host.
        public let likeness: Likeness

        /// A connection with these values.
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

        /// A timing with these values.
        public init(step: Step, duration: Duration) {
            self.step = step
            self.duration = duration
        }
    }

    /// How the dialogue ended.
    public let end: End
    /// The steps that were begun, in order, without `quit`.
    public let timings: [Timing]
    /// The first line of the greeting; nil if there was none.
    public let banner: String?
    /// The lines that the host sent, in cleartext and inside TLS; the first 100 of them.
    public let replies: [String]
    /// When the dialogue ended. A report may be kept, and is then about that time.
    public let taken: ContinuousClock.Instant

    /// A value for tests of code that judges reports.
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
