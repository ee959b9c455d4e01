import Inspection
import Milter
import Policy
import Probe
import Records
import Support
import Verdicts

extension Settings {
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

    /// A number for the settings that decide what is found, and for the files that they name. What was found with other
    /// settings says nothing.
    var world: Int64 {
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
