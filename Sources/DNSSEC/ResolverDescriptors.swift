public import Support

/// How many file descriptors a resolver may use, and those that `fresh()` makes of it.
public struct ResolverDescriptors: Sendable {
    /// For ordinary lookups, all contexts together.
    public var lookups: Int
    /// For second looks, all of them together.
    public var secondLooks: DescriptorAccount

    /// What a context needs besides its sockets to name servers: an event base, the pipes to its worker, and the inbox.
    static let overhead = 16
    /// What the context of a second look uses if there are enough.
    static let secondLook = 64 + 8 + overhead
    /// The least that it needs.
    static let leastSecondLook = 16 + 4 + overhead
    /// The most TCP connections of a context.
    static let mostStreams = 256
    /// The most that ordinary lookups can use.
    public static let mostLookups = 4096 + 4 * (mostStreams + overhead)
    /// Enough for 16 second looks at once.
    public static let mostSecondLooks = 16 * secondLook
    /// With fewer, lookups would wait for dead servers.
    public static let leastLookups = 32 + 8 + overhead
    /// With fewer, no second look is possible.
    public static let leastSecondLooks = leastSecondLook

    /// The most that the self-test uses.
    public static let selfTest = secondLook

    /// This many for each purpose.
    public init(lookups: Int, secondLooks: Int) {
        self.lookups = lookups
        self.secondLooks = DescriptorAccount(limit: secondLooks)
    }

    /// About half of the process's descriptors for lookups, and no limit for second looks.
    public init() {
        lookups = min(max(Self.leastLookups, (DescriptorLimit.current - 96) / 2), Self.mostLookups)
        secondLooks = DescriptorAccount()
    }

    /// How many descriptors one of `contexts` contexts may use.
    func share(of purpose: ContextOptions.Purpose, contexts: Int) -> Int {
        switch purpose {
        case .cached: max(lookups / contexts, Self.leastLookups)
        case .fresh: min(max(secondLooks.limit / 4, Self.leastSecondLook), Self.secondLook)
        }
    }
}
