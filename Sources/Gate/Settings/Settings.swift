import DANE
import Milter
import Probe

/// The settings in force: typed, validated, whole. `SettingsReader` makes them; the catalogue in `Setting` describes them.
public struct Settings: Sendable {
    /// Whether refusals are carried out.
    enum Mode: String, Sendable, CaseIterable {
        /// Refuse.
        case enforce
        /// Rule and log, and let everything pass.
        case monitor
    }

    /// What a recipient is judged by.
    public enum RouteSource: String, Sendable, CaseIterable {
        /// The next hop that the MTA would use.
        case nexthop
        /// The domain of the address, even behind a relayhost.
        case recipient
    }

    /// A ruling set for an outcome.
    enum RulingSetting: String, Sendable, CaseIterable {
        /// Accept.
        case accept
        /// Refuse for now.
        case tempfail
        /// Refuse for good.
        case reject
        /// As the outcome itself has it.
        case `default`
    }

    /// What is done with those that are not found in order while the trouble is our own.
    enum LocalTroubleRuling: String, Sendable, CaseIterable {
        /// Refuse for now.
        case tempfail
        /// Accept.
        case accept
        /// Accept, and log that they would be refused for now.
        case monitor
    }

    /// What is done where a next hop that this site's own configuration leads to is not in order.
    enum OwnNextHopRuling: String, Sendable, CaseIterable {
        /// Refuse for now, whatever is wrong with it.
        case tempfail
        /// As with any other destination.
        case reject
        /// Accept.
        case accept
        /// Accept, and log that they would be refused for now.
        case monitor
    }

    /// What the trace holds of addresses.
    enum TraceAddresses: String, Sendable, CaseIterable {
        /// All of them.
        case full
        /// The domain alone.
        case domain
    }

    /// What the log holds of addresses.
    enum LogAddresses: String, Sendable, CaseIterable {
        /// All of them, and the name that a client has authenticated with.
        case full
        /// The recipient's alone.
        case recipient
        /// The domains of sender and recipient alone.
        case domain
    }

    /// Where log lines go.
    public enum LogTarget: String, Sendable, CaseIterable {
        /// syslog(3), or standard error where there is no /dev/log.
        case syslog
        /// Standard error.
        case stderr
    }

    /// Where the daemon answers the commands.
    enum ControlPlace: Sendable, Hashable {
        /// In the state directory.
        case standard
        /// At this path.
        case path(String)
        /// Nowhere.
        case off
    }

    /// The log levels.
    enum LogLevel: String, Sendable, CaseIterable {
        case debug, info, notice, warning, error
    }

    /// The DNS forwarder of a name server address and port.
    struct Forwarder: Sendable, Hashable {
        /// Its address.
        let address: IPAddress
        /// Its port, 53 unless set.
        let port: UInt16
    }

    var mode = Mode.enforce
    var milterSocket = MilterSocket.inet(address: .v4(0x7F00_0001), port: 8895)
    var milterSocketMode: UInt32?
    var milterSocketGroup: String?
    var milterDeadline = Duration.seconds(5)
    var transports: Set<String> = ["smtp", "esmtp"]
    var route = RouteSource.nexthop
    var rollout = 100
    var deferFor = Duration.seconds(15 * 60)
    var rulings: [Outcome: RulingSetting] = [:]
    var onHazard = RulingSetting.tempfail
    var onLocalTrouble = LocalTroubleRuling.tempfail
    var onOwnNextHop = OwnNextHopRuling.tempfail
    /// The policy file; nil for none.
    public internal(set) var policyFile: String?
    var exemptLocalparts: Set<String> = ["postmaster"]
    var enforceSenders = SenderList()
    var exemptSenders = SenderList()
    var exemptClients: [AddressRange] = []
    var exemptAuth: Set<String> = []
    var exemptLiftAfter = Duration.seconds(86400)
    var helpURL: String?
    var dnsForward: [Forwarder] = []
    var dnsRootHints: String?
    var dnsTrustAnchor: String?
    var dnsConfig: String?
    var dnsTimeout = Duration.seconds(4)
    /// Whether hosts that publish TLSA records are connected to.
    public internal(set) var probe = true
    /// The port where a next hop names none.
    public internal(set) var probePort: UInt16 = 25
    var probeTimeout = Duration.seconds(15)
    var probeConnectTimeout = Duration.seconds(5)
    var probeConcurrency = 512
    var probePerHost = 8
    var probePerHour = 1800
    var probeHelo: String?
    var probeAllow: [AddressRange] = []
    var probeDeny: [AddressRange] = []
    var expiredEE = ExpiredEE.ignore
    var cacheDomains = 1_000_000
    var cacheMinTTL = Duration.seconds(60)
    var cacheMaxTTL = Duration.seconds(86400)
    var cacheStaleTTL = Duration.seconds(3600)
    var failureTTL = Duration.seconds(60)
    var probeTTL = Duration.seconds(3600)
    /// Where what outlives a restart is kept.
    public internal(set) var stateDirectory = "/var/lib/danegate"
    /// Whether refusals are written down.
    var trace = true
    var traceRetention = Duration.seconds(30 * 86400)
    var traceAddresses = TraceAddresses.full
    var traceRows = 1_000_000
    var controlSocket = ControlPlace.standard
    var log = LogTarget.syslog
    var logLevel = LogLevel.info
    /// What is set for the log's addresses; nil where nothing is.
    var logAddresses: LogAddresses?

    /// What the log holds of addresses. Whoever keeps users' names out of the trace does not find a sender's in the
    /// log.
    var loggedAddresses: LogAddresses { logAddresses ?? (traceAddresses == .domain ? .recipient : .full) }

    /// The settings that hold when none is set.
    public init() {}
}
