/// The settings of a ``Prober``.
public struct ProbeConfiguration: Sendable {
    /// What to say in EHLO: a name or an address literal (``ClientName/setting(_:)``). nil means the machine's own
    /// name, which is then searched for.
    public var helo: String?
    /// How long a dialogue may take, counted from the connection attempt (S-08, RFC 5321 §4.5.3.2). The wait for a free
    /// slot may take as long again, and so may the wait for a turn at the host. The RFC would allow a host minutes, but
    /// here a recipient waits for the answer.
    public var timeout: Duration
    /// How long the TCP connection attempt may take.
    public var connectTimeout: Duration
    /// How many connections may be open at once.
    public var concurrency: Int
    /// How many of them may be to one address and port.
    public var perHost: Int
    /// How many probes one zone's mail may cause per hour at one address and port (F-121). 0 means no limit.
    public var perHour: Int
    /// Which part of those of an hour may be in a row.
    public var inRow = 1.0 / 6
    /// Special-purpose addresses that may be probed. All others of them are never probed.
    public var allowed: [AddressRange]
    /// Addresses that are never probed, even if they are public or allowed: those of this site (F-123).
    public var denied: [AddressRange]
    /// The number of event-loop threads that share the probes.
    public var threads: Int

    /// A configuration with these values.
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
