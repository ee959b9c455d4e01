package import DANE
package import Inspection
package import Milter
package import Probe

/// The settings in force, typed and valid as a whole. `SettingsReader` makes them, and the catalogue in `Setting`
/// describes them.
public struct Settings: Sendable {
    /// Whether refusals are carried out.
    package enum Mode: String, Sendable, CaseIterable {
        /// Mail is refused.
        case enforce
        /// Rulings are made and logged, but all mail passes.
        case monitor
    }

    /// Which domain or next hop of a recipient is judged.
    public enum RouteSource: String, Sendable, CaseIterable {
        /// The next hop that the MTA will use.
        case nexthop
        /// The domain of the address, even if the mail goes to a relayhost.
        case recipient
    }

    /// The ruling that is set for an outcome.
    enum RulingSetting: String, Sendable, CaseIterable {
        /// Accept.
        case accept
        /// Refuse temporarily.
        case tempfail
        /// Refuse permanently.
        case reject
        /// Use the outcome's own default.
        case `default`
    }

    /// The ruling for destinations that are not known to be in order while this site itself has trouble.
    package enum LocalTroubleRuling: String, Sendable, CaseIterable {
        /// Refuse temporarily.
        case tempfail
        /// Accept.
        case accept
        /// Accept, and log that the mail would be refused temporarily.
        case monitor
    }

    /// The ruling for a next hop that is not in order and that this site's own configuration leads to (F-91).
    package enum OwnNextHopRuling: String, Sendable, CaseIterable {
        /// Refuse temporarily, whatever is wrong with it.
        case tempfail
        /// Rule as for any other destination.
        case reject
        /// Accept.
        case accept
        /// Accept, and log that the mail would be refused temporarily.
        case monitor
    }

    /// Which parts of addresses the trace keeps.
    package enum TraceAddresses: String, Sendable, CaseIterable {
        /// Whole addresses.
        case full
        /// Only the domains.
        case domain
    }

    /// Which parts of addresses the log has.
    package enum LogAddresses: String, Sendable, CaseIterable {
        /// Whole addresses, and the login name of an authenticated client.
        case full
        /// Only the recipient's address.
        case recipient
        /// Only the domains of sender and recipient.
        case domain
    }

    /// The target of log lines.
    public enum LogTarget: String, Sendable, CaseIterable {
        /// syslog(3), or standard error if there is no /dev/log.
        case syslog
        /// Standard error.
        case stderr
    }

    /// The place of the socket on which the daemon answers the commands.
    package enum ControlPlace: Sendable, Hashable {
        /// The state directory.
        case standard
        /// This path.
        case path(String)
        /// No socket.
        case off
    }

    /// The log levels.
    package enum LogLevel: String, Sendable, CaseIterable {
        case debug, info, notice, warning, error
    }

    /// A name server that lookups are forwarded to.
    package struct Forwarder: Sendable, Hashable {
        /// The address of the name server.
        package let address: IPAddress
        /// The port of the name server, 53 unless set.
        package let port: UInt16
    }

    package var mode = Mode.enforce
    package var milterSocket = MilterSocket.inet(address: .v4(0x7F00_0001), port: 8895)
    package var milterSocketMode: UInt32?
    package var milterSocketGroup: String?
    /// Where other MTAs, and policy delegation, ask about a recipient.
    package var querySocket = DoorSocket()
    /// Where MTAs ask how to deliver.
    package var tlsPolicySocket = DoorSocket()
    /// Where the page is served, and to whom.
    package var web = WebDoor()
    package var milterDeadline = Duration.seconds(5)
    package var transports: Set<String> = ["smtp", "esmtp"]
    package var route = RouteSource.nexthop
    package var rollout = 100
    package var deferFor = Duration.seconds(15 * 60)
    var rulings: [Outcome: RulingSetting] = [:]
    var onHazard = RulingSetting.tempfail
    package var onLocalTrouble = LocalTroubleRuling.tempfail
    package var onOwnNextHop = OwnNextHopRuling.tempfail
    /// The path of the policy file; nil for none.
    public internal(set) var policyFile: String?
    package var exemptLocalparts: Set<String> = ["postmaster"]
    package var enforceSenders = SenderList()
    package var exemptSenders = SenderList()
    package var exemptClients: [AddressRange] = []
    package var exemptAuth: Set<String> = []
    package var exemptLiftAfter = Duration.seconds(86400)
    package var helpURL: String?
    package var dnsForward: [Forwarder] = []
    package var dnsRootHints: String?
    package var dnsTrustAnchor: String?
    package var dnsConfig: String?
    package var dnsTimeout = Duration.seconds(4)
    /// Whether hosts that publish TLSA records are probed.
    public internal(set) var probe = true
    /// The port if a next hop names none.
    public internal(set) var probePort: UInt16 = 25
    var probeTimeout = Duration.seconds(15)
    var probeConnectTimeout = Duration.seconds(5)
    package var probeConcurrency = 512
    var probePerHost = 8
    var probePerHour = 1800
    var probeHelo: String?
    package var probeAllow: [AddressRange] = []
    package var probeDeny: [AddressRange] = []
    package var expiredEE = ExpiredEE.ignore
    package var cacheDomains = 1_000_000
    package var cacheMinTTL = Duration.seconds(60)
    package var cacheMaxTTL = Duration.seconds(86400)
    package var cacheStaleTTL = Duration.seconds(3600)
    package var failureTTL = Duration.seconds(60)
    package var probeTTL = Duration.seconds(3600)
    /// The directory for data that outlives a restart.
    public internal(set) var stateDirectory = "/var/lib/danegate"
    /// Whether refusals are kept in the message trace.
    package var trace = true
    package var traceRetention = Duration.seconds(30 * 86400)
    package var traceAddresses = TraceAddresses.full
    package var traceRows = 1_000_000
    package var controlSocket = ControlPlace.standard
    /// What several hosts share what they know over.
    package var shared = SharedStore()
    package var log = LogTarget.syslog
    package var logLevel = LogLevel.info
    /// What is set for addresses in the log; nil if nothing is.
    var logAddresses: LogAddresses?

    /// Which parts of addresses the log has. If nothing is set and the trace keeps only domains, the log leaves out the
    /// sender's address too.
    package var loggedAddresses: LogAddresses { logAddresses ?? (traceAddresses == .domain ? .recipient : .full) }

    /// Makes the settings that hold if none is set.
    public init() {}
}
