import DANE
import Foundation
import Probe
import Synchronization
import WorldServers

@testable import Inspection
@testable import Policy
@testable import Records
@testable import Support
@testable import Verdicts

/// A state directory whose clocks the test sets.
final class StatePlace: Sendable {
    struct Clocks {
        var boot = "first"
        var sinceBoot: Int64 = 1_000
        var wall: Int64 = 1_800_000_000
    }

    let directory: ScratchDirectory
    let clocks = Mutex(Clocks())
    var path: String { directory.file(StateFile.name) }

    init() throws { directory = try ScratchDirectory("state") }

    /// A run of the store on this directory, after it has read what is there.
    func run(
        in folder: String? = nil, world: Int64 = 0, limit: Int = 1_000_000,
        before: (StateRun) -> Void = { _ in }
    ) throws -> StateRun {
        let run = StateRun(self, folder ?? directory.path, world, limit)
        before(run)
        run.begin()
        guard run.store.settle(within: .seconds(60)) else { throw WorldError("the store did not begin") }
        return run
    }

    /// Lets time pass on both clocks.
    func pass(_ seconds: Int64) {
        clocks.withLock {
            $0.sinceBoot += seconds
            $0.wall += seconds
        }
    }

    var clock: StateClock {
        // Which boot it is is asked once a run.
        StateClock(
            boot: clocks.withLock { $0.boot }, sinceBoot: { self.clocks.withLock { $0.sinceBoot * 1000 } },
            wall: { self.clocks.withLock { $0.wall * 1000 } })
    }
}

/// One run of a store, and what it read.
final class StateRun: Sendable {
    struct Read {
        var verdicts: [KeptVerdict] = []
        var reports: [KeptReport] = []
    }

    let store: StateStore
    let book: FaultBook
    private let read = Mutex(Read())

    init(_ place: StatePlace, _ folder: String, _ world: Int64, _ limit: Int) {
        var configuration = StateStore.Configuration(directory: folder)
        configuration.clock = place.clock
        configuration.world = world
        configuration.limit = limit
        configuration.interval = .milliseconds(1)
        var settings = Settings()
        settings.log = .stderr
        settings.logLevel = .error
        store = StateStore(configuration, log: GateLog(settings))
        book = FaultBook(deferFor: .seconds(900), journal: store)
    }

    func begin() {
        store.begin(
            StateHolders(
                faults: book, verdicts: { verdicts in self.read.withLock { $0.verdicts += verdicts } },
                reports: { reports in self.read.withLock { $0.reports += reports } }))
    }

    var verdicts: [KeptVerdict] { read.withLock { $0.verdicts } }
    var reports: [KeptReport] { read.withLock { $0.reports } }
    var faults: [FaultBook.Subject: KeptFault] {
        Dictionary(uniqueKeysWithValues: book.all().map { ($0.subject, $0.fault) })
    }

    /// Hands things over, and ends the run in good order.
    func end(after work: (StateRun) -> Void = { _ in }) {
        work(self)
        store.close(within: .seconds(60))
    }
}

extension Chance {
    private mutating func text(_ limit: Int) -> String {
        String((0..<below(limit)).map { _ in oneIn(20) ? "é" : Character(Unicode.Scalar(UInt8(32 + below(95)))) })
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    mutating func name() -> DomainName {
        let labels = (0...below(3)).map { _ in
            String((0...below(20)).map { _ in pick(Array("abcdefghijklmnopqrstuvwxyz0123456789-_")) })
        }
        return DomainName(labels.joined(separator: ".") + ".example")!
    }

    mutating func destination() -> Destination {
        Destination(oneIn(4) ? .host(name()) : .domain(name()), port: oneIn(2) ? 25 : UInt16(below(65536)))
    }

    mutating func verdict(_ outcome: Outcome? = nil) -> Verdict {
        Verdict(
            outcome: outcome ?? pick(Outcome.allCases.filter { $0 != .pending }),
            host: oneIn(3) ? nil : name().text, cause: text(60), isDegraded: oneIn(3),
            hazards: oneIn(3) ? (0..<below(4)).map { _ in text(30) } : [])
    }

    mutating func kept(_ verdict: Verdict, made: Int64) -> KeptVerdict {
        KeptVerdict(
            destination: destination(), demandsDANE: oneIn(3), verdict: verdict, made: made,
            fresh: .seconds(1 + below(86400)), stale: .seconds(oneIn(2) ? 0 : below(86400)))
    }

    mutating func bytes(_ limit: Int) -> [UInt8] { (0..<below(limit)).map { _ in UInt8(below(256)) } }

    mutating func end() -> ProbeReport.End {
        switch below(6) {
        case 0: .unreachable(pick(ProbeReport.Step.allCases), text(50))
        case 1: .startTLSNotOffered(text(50))
        case 2: .startTLSRefused(text(50))
        case 3:
            .tlsFailed(TLSFailure(mark: pick(["alert:\(below(256))", "library:-\(below(400))", "closed"]), text(50)))
        case 4: .notProbed(text(50))
        default:
            .secured(
                .init(
                    protocolVersion: "TLS1.3", cipherSuite: text(30), group: oneIn(2) ? nil : "X25519",
                    chain: (0...below(4)).map { _ in bytes(1500) },
                    unread: oneIn(2) ? nil : .init(fault: text(50), isProven: oneIn(2))))
        }
    }

    mutating func report(_ end: ProbeReport.End? = nil) -> KeptReport {
        let address: IPAddress =
            oneIn(2) ? .v4(UInt32(below(1 << 32))) : .v6(UInt64(below(Int.max)), UInt64(below(Int.max)))
        let records = (0..<below(4)).map { _ in
            oneIn(5)
                ? TLSARecord(rdata: bytes(3))
                : TLSARecord(usage: UInt8(below(256)), selector: 1, matchingType: 1, data: bytes(70))
        }
        return KeptReport(
            target: ProbeTarget(
                address: address, port: UInt16(below(65536)), serverName: oneIn(5) ? .root : name(),
                offer: pick(CertificateOffer.allCases)),
            records: records, end: end ?? self.end(), age: .zero, lifetime: .seconds(1 + below(3600)))
    }
}
