public import DANE
import Glibc

/// Which servers a resolver asks, which keys it trusts and how long it waits.
public struct ResolverConfiguration: Sendable {
    /// A recursive name server to ask instead of the authoritative ones. libunbound validates its answers itself and
    /// ignores its AD bit.
    public struct Forwarder: Hashable, Sendable {
        /// Its address.
        public let address: IPAddress
        /// Its port, usually 53.
        public let port: UInt16

        /// A forwarder with this address.
        public init(address: IPAddress, port: UInt16 = 53) {
            self.address = address
            self.port = port
        }
    }

    /// Where the keys are from which validation starts.
    public enum TrustAnchor: Hashable, Sendable {
        /// A file of DS or DNSKEY records. It is only read.
        case file(String)
        /// A file that libunbound keeps up to date (RFC 5011). It must exist and contain an anchor to start from, and
        /// it and its directory must be writable. Only a resolver made by `Resolver.init` writes to it. Those of
        /// `fresh()` only read it.
        case automatic(String)
    }

    /// Recursive servers to ask. If there are none, the resolver asks the authoritative servers, starting at the root.
    public var forwarders: [Forwarder]
    /// The path of a root hints file. nil means the hints built into libunbound.
    public var rootHints: String?
    /// The trust anchor.
    public var trustAnchor: TrustAnchor
    /// The path of an unbound.conf(5) fragment, applied after everything else. nil means none.
    public var configuration: String?
    /// How long a lookup may take, including its wait for a free place.
    public var timeout: Duration
    /// How many lookups libunbound works on at once. Others wait for their turn, within their timeout.
    public var concurrency: Int
    /// How many libunbound contexts share the work, at most 16. Each validates on its own thread and has a part of the
    /// caches.
    public var contexts: Int
    /// The file descriptors that the resolver may use.
    public var descriptors = ResolverDescriptors()
    /// How often a context checks the automatic trust anchor file, if another context keeps that file up to date.
    var anchorInterval = Duration.seconds(3600)

    /// A configuration with these values. The defaults resolve from the root.
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

    /// One context per two cores, at most four. The servers' answers, the probes and the milter need the other cores.
    public static var defaultContexts: Int { min(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)) / 2), 4) }
}
