public import DANE
import Glibc

/// What a resolver asks, whom it trusts and how long it waits.
public struct ResolverConfiguration: Sendable {
    /// A recursive name server that is asked instead of the authoritative ones. Its own validation is not trusted.
    public struct Forwarder: Hashable, Sendable {
        /// Its address.
        public let address: IPAddress
        /// Its port, usually 53.
        public let port: UInt16

        /// A forwarder at this address.
        public init(address: IPAddress, port: UInt16 = 53) {
            self.address = address
            self.port = port
        }
    }

    /// Where the keys are that validation starts from.
    public enum TrustAnchor: Hashable, Sendable {
        /// A file of DS or DNSKEY records, only read.
        case file(String)
        /// A file that libunbound keeps up to date by RFC 5011: it must exist, hold an anchor to start from, and be writable
        /// along with its directory. Only a resolver made by `Resolver.init` writes to it; those of `fresh()` read it.
        case automatic(String)
    }

    /// Recursive servers to ask; none means full recursion from the root.
    public var forwarders: [Forwarder]
    /// The path of a root hints file; nil means those built into libunbound.
    public var rootHints: String?
    /// The trust anchor.
    public var trustAnchor: TrustAnchor
    /// The path of an unbound.conf(5) fragment, applied after everything else; nil means none.
    public var configuration: String?
    /// How long one lookup may take, its wait for a free place included.
    public var timeout: Duration
    /// How many lookups libunbound works on at once; more wait for their turn, within their timeout.
    public var concurrency: Int
    /// How many libunbound contexts share the work, 16 at most: each validates on a thread of its own, and has its part of the caches.
    public var contexts: Int
    /// The descriptors that it may take.
    public var descriptors = ResolverDescriptors()
    /// How often a context that does not keep the automatic trust anchor itself looks whether it has changed.
    var anchorInterval = Duration.seconds(3600)

    /// A configuration of these parts; the defaults are those of full recursion.
    public init(
        forwarders: [Forwarder] = [], rootHints: String? = nil, trustAnchor: TrustAnchor, configuration: String? = nil,
        timeout: Duration = .seconds(4), concurrency: Int = 4000, contexts: Int = defaultContexts
    ) {
        self.forwarders = forwarders
        self.rootHints = rootHints
        self.trustAnchor = trustAnchor
        self.configuration = configuration
        self.timeout = timeout
        self.concurrency = max(1, concurrency)
        self.contexts = min(max(1, contexts), 16)
    }

    /// One context for two cores, and no more than four: the name servers' answers, the probes and the milter want some, too.
    public static var defaultContexts: Int { min(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)) / 2), 4) }
}
