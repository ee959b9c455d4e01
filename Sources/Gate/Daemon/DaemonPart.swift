import Foundation
import ServiceLifecycle

/// A part of the daemon, as an entry of its list: parts are opened in the list's order, work all at once, and are closed
/// in the reverse order, each when those behind it are closed.
struct DaemonPart: Service {
    /// What it is, for who reads the list.
    let name: String
    /// Makes it ready. Called on the main thread; it may block.
    var open: @Sendable () throws(Daemon.Failure) -> Void = {}
    /// What it does until it is cancelled. Where it fails, the daemon ends.
    var work: (@Sendable () async throws -> Void)?
    /// Ends it. Called on a thread of its own, also if the work has failed; it may block.
    var close: @Sendable () -> Void = {}

    func run() async throws {
        let failure: (any Error)?
        do {
            if let work {
                try await cancelWhenGracefulShutdown { try await work() }
            }
            try await gracefulShutdown()
            failure = nil
        } catch {
            failure = error is CancellationError ? nil : error
        }
        await onOwnThread { close() }
        if let failure { throw failure }
    }

    /// A part that works, and has nothing to open or close.
    static func task(_ name: String, _ work: @escaping @Sendable () async throws -> Void) -> DaemonPart {
        DaemonPart(name: name, work: work)
    }
}
