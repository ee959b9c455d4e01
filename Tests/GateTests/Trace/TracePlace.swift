import DANE
import Foundation
import Synchronization
import WorldServers

@testable import Inspection
@testable import Policy
@testable import Records
@testable import Support

/// A directory with a trace, whose clock the test sets.
final class TracePlace: Sendable {
    let directory: ScratchDirectory
    let now = Mutex<Int64>(1_800_000_000_000)
    let uptime = Mutex<Int64>(1_000_000)
    let isClockWrong = Mutex(false)
    var path: String { directory.file(TraceFile.name) }
    var reader: TraceReader { TraceReader(directory: directory.path) }

    init(_ directory: ScratchDirectory? = nil) throws { self.directory = try directory ?? ScratchDirectory("trace") }

    func store(
        in folder: String? = nil, rows: Int = 1_000_000, retention: Duration = .seconds(30 * 86400),
        sweepInterval: Duration = .seconds(60), inspections: Int = 10_000,
        interval: Duration = .milliseconds(1)
    ) -> TraceStore {
        var configuration = TraceStore.Configuration(directory: folder ?? directory.path)
        configuration.now = { self.now.withLock { $0 } }
        configuration.uptime = { self.uptime.withLock { $0 } }
        configuration.isClockWrong = { self.isClockWrong.withLock { $0 } }
        configuration.interval = interval
        configuration.inspections = inspections
        configuration.rows = rows
        configuration.retention = retention
        configuration.sweepInterval = sweepInterval
        // A test that takes the file away does not wait to have another one.
        configuration.retryInterval = .zero
        var settings = Settings()
        settings.log = .stderr
        settings.logLevel = .error
        let store = TraceStore(configuration, log: GateLog(settings))
        store.begin()
        return store
    }

    /// Lets time pass.
    func pass(_ seconds: Int64) {
        setClock(by: seconds)
        uptime.withLock { $0 += seconds * 1000 }
    }

    /// Sets the clock, though no time passes.
    func setClock(by seconds: Int64) { now.withLock { $0 += seconds * 1000 } }

    func rows(_ change: (inout TraceFilter) throws -> Void = { _ in }) throws -> [TraceRow] {
        var filter = TraceFilter()
        try change(&filter)
        return try reader.rows(filter, limit: nil, isWhole: true)
    }
}

/// A recipient of a trace.
func traceEntry(
    _ recipient: String, _ outcome: Outcome = .tlsaInvalid, time: Int64 = 1_800_000_000_000,
    sender: String = "s@example.net",
    action: Ruling.Action = .reject, would: Ruling.Action? = nil, hop: String? = nil, client: String = "192.0.2.1",
    failingFor: Duration? = .seconds(90), addresses: Settings.TraceAddresses = .full
) -> TraceEntry {
    let path = Recipient(path: recipient)
    let name = if case .name(let name) = path.domain { name } else { DomainName.root }
    let destination = Destination(.domain(hop.flatMap { DomainName($0) } ?? name), port: 25)
    let ruling = Ruling(
        action: action, would: would, outcome: outcome, code: outcome.enhancedCode(.permanent), failingFor: failingFor,
        hazard: nil)
    let verdict = Verdict(outcome: outcome, host: "mx.\(name)", cause: "it is so")
    return TraceEntry(
        time: time, trace: TraceID().description, sender: Recipient(path: sender), recipient: path,
        destination: destination, client: client, authenticated: "user", verdict: verdict, ruling: ruling,
        reply: ruling.reply(verdict, domain: name.text, firstSeen: nil, trace: nil, helpURL: nil), queueID: "4ABC",
        mode: .enforce, isCached: true, policy: nil, addresses: addresses)
}
