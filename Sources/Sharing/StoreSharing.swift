import Inspection
package import Policy
import RESP
package import Records
package import Store
import Support
import Synchronization
package import Verdicts

/// Shares what this host knows with others over a store, a Redis or a Valkey.
///
/// Nothing depends on it: what the store says is a hint that saves an inspection, or makes a fault as old as it is.
/// Whatever fails there, this host goes on alone.
package final class StoreSharing: SharedVerdicts {
    let options: SharingOptions
    let client: StoreClient
    let seal: StoreSeal
    let log: GateLog
    let clock = SharedClock()
    let writers = SharedWriters()
    let waits = ChangeWaits()
    let tally = SharedTally()
    let owed = OwedEnds()
    /// Who is told of changes.
    let service = Mutex<InspectionService?>(nil)
    /// Names that others have changed. Of more than there is room for, the later ones are not looked at.
    let changes: AsyncStream<[UInt8]>
    /// That whatever was read before may have changed.
    let flushes: AsyncStream<Void>
    /// What is to be told, in lanes: that of a destination in the order in which it was found. Of more than there is
    /// room for, the later is not told.
    let tellings: [AsyncStream<Telling>]
    let telling: [AsyncStream<Telling>.Continuation]
    /// That the store is used again, or has forgotten everything.
    let returns: AsyncStream<Void>
    let returned: AsyncStream<Void>.Continuation
    /// The exemptions of this host; nil if they are not shared.
    let exemptions = Mutex<(any ExemptionHolding)?>(nil)
    /// That exemptions may have changed, here or elsewhere.
    let exemptionNews: AsyncStream<Void>
    let exemptionsTold: AsyncStream<Void>.Continuation
    /// In which connection, and with which words, the store last refused to let this host write exemptions.
    let refusal = Mutex<(connection: Int, words: String)?>(nil)
    private let address: String

    /// What is to be told.
    enum Telling: Sendable {
        /// What an inspection has found.
        case verdict(VerdictTelling)
        /// What a probe has found.
        case finding(KeptReport)
        /// That these faults and doubts were none.
        case takenBack([FaultBook.Subject])
    }

    /// What an inspection has found.
    struct VerdictTelling: Sendable {
        let key: VerdictKey
        /// What was found; nil if nothing was that counts.
        let kept: KeptVerdict?
        /// What this host has locked the destination with; nil if it has not.
        let lock: [UInt8]?
        /// Whether the others are to look anew.
        let isOrdered: Bool
    }

    /// The most that waits to be told in a lane.
    private static let tellingLimit = 256
    /// How many are told at once: each takes two answers of the store, and a thousand inspections may end in a second.
    private static let tellingLanes = 16
    /// The most changes that wait to be looked at.
    private static let changeLimit = 8192

    /// Shares over the store at an address. Nothing is connected to yet.
    ///
    /// - Throws: If the address asks for TLS, and nothing is trusted.
    package init(
        _ address: StoreAddress, _ credentials: StoreCredentials?, _ trust: StoreTrust?, seal: StoreSeal,
        _ options: SharingOptions, log: GateLog
    ) throws(StoreTLSError) {
        self.options = options
        self.seal = seal
        self.log = log
        self.address = address.description
        let (changes, told) = AsyncStream.makeStream(
            of: [UInt8].self, bufferingPolicy: .bufferingOldest(Self.changeLimit))
        self.changes = changes
        // One that has no room among the changes would be lost.
        let (flushes, flushed) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.flushes = flushes
        (returns, returned) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        (exemptionNews, exemptionsTold) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let lanes = (0..<Self.tellingLanes).map { _ in
            AsyncStream.makeStream(of: Telling.self, bufferingPolicy: .bufferingOldest(Self.tellingLimit))
        }
        (tellings, telling) = (lanes.map(\.stream), lanes.map(\.continuation))
        var own = options.store
        own.tracked = [SharedKeys.verdicts(options.realm), SharedKeys.rechecks(options.realm)]
        let exempted = SharedKeys.exemptions(options.realm)
        if options.sharesExemptions { own.tracked.append(exempted) }
        let (waits, exemptionsTold, returned) = (waits, exemptionsTold, returned)
        client = try StoreClient(address, credentials: credentials, trust: trust, options: own) { event in
            switch event {
            case .connected(let generation):
                if generation > 1 { flushed.yield() }
                exemptionsTold.yield()
                returned.yield()
            case .disconnected: break
            case .flushed:
                flushed.yield()
                exemptionsTold.yield()
                returned.yield()
            case .invalidated(let names):
                for name in names {
                    if name.elementsEqual(exempted.utf8) {
                        exemptionsTold.yield()
                        continue
                    }
                    waits.changed(String(decoding: name, as: UTF8.self))
                    told.yield(name)
                }
            }
        }
    }

    /// Begins to make connections, and tells the service of changes. It does not wait. Call it once.
    ///
    /// - Parameter exemptions: Those of this host; nil if it shares none.
    package func begin(for service: InspectionService, exemptions: (any ExemptionHolding)? = nil) {
        self.service.withLock { $0 = service }
        if let exemptions { share(exemptions) }
        client.start()
    }

    /// Shares these exemptions from now on.
    func share(_ exemptions: any ExemptionHolding) {
        guard options.sharesExemptions else { return }
        self.exemptions.withLock { $0 = exemptions }
        exemptions.whenChanged { [exemptionsTold] in exemptionsTold.yield() }
        exemptionsTold.yield()
    }

    /// Ends the connection. What is told later is lost.
    package func close() async {
        await client.shutdown()
        service.withLock { $0 = nil }
    }

    /// How it stands.
    package var standing: SharedStanding {
        var standing = tally.all
        let state = client.state
        standing.address = address
        standing.isUp = state.condition == .ready
        standing.lasting = state.lasting
        standing.reason = state.reason
        standing.connections = state.generation
        standing.clockAhead = clock.disagreement
        if standing.isUp, clock.isApart {
            standing.isUp = false
            standing.reason = "its clock and this host's are more than six hours apart"
        }
        return standing
    }

    func keys(_ key: VerdictKey) -> SharedKeys { SharedKeys(key.destination, realm: options.realm) }

    /// Milliseconds, as the store wants them: at least one.
    static func milliseconds(_ duration: Duration) -> String { "\(max(1, duration.milliseconds))" }
}
