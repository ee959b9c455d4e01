/// How a ``Prober`` goes about its probes.
public struct ProbeConfiguration: Sendable {
    /// What is said in EHLO: a name, or an address literal (``ClientName/setting(_:)``); nil for the machine's own
    /// name, which is then looked for.
    public var helo: String?
    /// How long a whole dialogue may take, counted from the connection attempt; the wait for a free slot may take as
    /// long again, and so may that for a turn at the host. RFC 5321 §4.5.3.2 would allow a host minutes; a recipient is waiting for this one.
    public var timeout: Duration
    /// How long the TCP connection attempt may take.
    public var connectTimeout: Duration
    /// How many connections may be open at once.
    public var concurrency: Int
    /// How many of them to one address and port.
    public var perHost: Int
    /// How many probes one address and port may get in an hour, and one zone's mail may cause there; 0 for any number.
    public var perHour: Int
    /// Special-purpose addresses that may be probed all the same; the rest of them never are.
    public var allowed: [AddressRange]
    /// Addresses that are never probed, be they public ones or allowed: those of this site.
    public var denied: [AddressRange]
    /// How many event-loop threads share the probes.
    public var threads: Int

    /// A configuration of the given parts.
    public init(
        helo: String?, timeout: Duration = .seconds(15), connectTimeout: Duration = .seconds(5), concurrency: Int = 512,
        perHost: Int = 8, perHour: Int = 1800,
        allowed: [AddressRange] = [], denied: [AddressRange] = [], threads: Int = 2
    ) {
        self.helo = helo
        self.timeout = timeout
        self.connectTimeout = connectTimeout
        self.concurrency = max(1, concurrency)
        self.perHost = max(1, perHost)
        self.perHour = max(0, perHour)
        self.allowed = allowed
        self.denied = denied
        self.threads = max(1, threads)
    }
}
