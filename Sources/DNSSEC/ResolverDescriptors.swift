public import Support

/// The descriptors that a resolver, and those that `fresh()` makes of it, may take.
public struct ResolverDescriptors: Sendable {
    /// For what everything is asked through, all its contexts together.
    public var lookups: Int
    /// For second looks past every cache, all of them together.
    public var secondLooks: DescriptorAccount

    /// What a context takes beside its sockets to name servers: an event base, the pipes to its worker, our own inbox.
    static let overhead = 16
    /// What the context of a second look takes where there are enough.
    static let secondLook = 64 + 8 + overhead
    /// What it takes at least.
    static let leastSecondLook = 16 + 4 + overhead
    /// The most TCP connections of a context.
    static let mostStreams = 256
    /// More than this nobody asks for at once.
    public static let mostLookups = 4096 + 4 * (mostStreams + overhead)
    /// So many second looks at once have all that they want.
    public static let mostSecondLooks = 16 * secondLook
    /// With less, one second look would not be possible, or lookups wait for dead servers.
    public static let leastLookups = 32 + 8 + overhead
    /// See `leastLookups`.
    public static let leastSecondLooks = leastSecondLook

    /// What the self-test takes, at most.
    public static let selfTest = secondLook

    /// Of so many each.
    public init(lookups: Int, secondLooks: Int) {
        self.lookups = lookups
        self.secondLooks = DescriptorAccount(limit: secondLooks)
    }

    /// About half of those of this process for lookups, and as many second looks as there are.
    public init() {
        lookups = min(max(Self.leastLookups, (DescriptorLimit.current - 96) / 2), Self.mostLookups)
        secondLooks = DescriptorAccount()
    }

    /// What one context may take, of so many that share it.
    func share(of purpose: ContextOptions.Purpose, contexts: Int) -> Int {
        switch purpose {
        case .cached: max(lookups / contexts, Self.leastLookups)
        case .fresh: min(max(secondLooks.limit / 4, Self.leastSecondLook), Self.secondLook)
        }
    }
}
