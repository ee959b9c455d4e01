public import DNSSEC
import Glibc
import Milter
public import Probe
import Support

extension Settings {
    /// The resolvers that are asked (`DNS_FORWARD`), as `192.0.2.1@53`; none for full recursion.
    var forwarderNames: [String] { dnsForward.map { "\($0.address)@\($0.port)" } }

    /// The resolver's part of the settings.
    public func resolverConfiguration(_ anchor: ResolverConfiguration.TrustAnchor) -> ResolverConfiguration {
        ResolverConfiguration(
            forwarders: dnsForward.map { .init(address: $0.address, port: $0.port) }, rootHints: dnsRootHints,
            trustAnchor: anchor, configuration: dnsConfig, timeout: dnsTimeout)
    }

    /// The resolver's part of the settings, within a budget.
    func resolverConfiguration(
        _ anchor: ResolverConfiguration.TrustAnchor, within budget: DescriptorBudget
    ) -> ResolverConfiguration {
        var configuration = resolverConfiguration(anchor)
        configuration.contexts = budget.contexts
        configuration.descriptors = ResolverDescriptors(lookups: budget.lookups, secondLooks: budget.secondLooks)
        return configuration
    }

    /// How the descriptors are shared out.
    ///
    /// - Parameter limit: How many the process may have.
    func descriptorBudget(limit: Int) throws(DescriptorBudget.Shortage) -> DescriptorBudget {
        try DescriptorBudget(
            limit: limit, contexts: ResolverConfiguration.defaultContexts, probes: probe ? probeConcurrency : 0,
            reserve: DescriptorReserve.size)
    }

    /// The probe's part of the settings, within a budget.
    func probeConfiguration(within budget: DescriptorBudget) -> ProbeConfiguration {
        var configuration = probeConfiguration
        configuration.concurrency = min(configuration.concurrency, max(1, budget.probes))
        return configuration
    }

    /// The probe's part of the settings.
    public var probeConfiguration: ProbeConfiguration {
        ProbeConfiguration(
            helo: probeHelo, timeout: probeTimeout, connectTimeout: probeConnectTimeout,
            concurrency: probeConcurrency, perHost: probePerHost, perHour: probePerHour, allowed: probeAllow,
            denied: probeDeny)
    }

    /// The path of the control socket; nil if there is to be none.
    public var controlSocketPath: String? {
        switch controlSocket {
        case .standard: "\(stateDirectory)/control.sock"
        case .path(let path): path
        case .off: nil
        }
    }

    /// Whether something takes connections on the milter socket, and that as a clause; nil if nobody may know. Blocks
    /// for a moment.
    public var isMilterServed: (isServed: Bool?, clause: String) {
        switch SocketClaim.isServed(milterSocket) {
        case true: (true, "something serves the milter socket \(milterSocket.postfixForm)")
        case false:
            (false, "nobody serves the milter socket \(milterSocket.postfixForm) either: the daemon does not run")
        case nil: (nil, "whether something serves the milter socket \(milterSocket.postfixForm) cannot be told")
        }
    }

    /// The state file's part of the settings.
    var storeConfiguration: StateStore.Configuration {
        var configuration = StateStore.Configuration(directory: stateDirectory)
        configuration.limit = cacheDomains
        configuration.faultMemory = FaultBook.memory(deferFor: deferFor)
        configuration.world = world
        return configuration
    }

    /// The message trace's part of the settings.
    var traceConfiguration: TraceStore.Configuration {
        var configuration = TraceStore.Configuration(directory: stateDirectory)
        configuration.retention = traceRetention
        configuration.rows = traceRows
        configuration.addresses = traceAddresses
        configuration.port = probePort
        return configuration
    }

    /// A number for the settings that decide what is found out, and the files that they name: what was found out with others
    /// says nothing.
    private var world: Int64 {
        var sum = RowSum()
        for forwarder in dnsForward { sum.add("\(forwarder.address) \(forwarder.port)") }
        for path in [dnsRootHints, dnsTrustAnchor, dnsConfig] {
            sum.add(path)
            if let path, case .success(let text) = ReadableFile.contents(path, limit: 1 << 20) { sum.add(text) }
        }
        sum.add(probe ? 1 : 0)
        sum.add(Int64(probePort))
        for range in probeAllow { sum.add("\(range)") }
        for range in probeDeny { sum.add("not \(range)") }
        sum.add(expiredEE.rawValue)
        return sum.stored
    }
}

/// The system's clock, in seconds since 1970.
public func unixTime() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Int64(now.tv_sec)
}
