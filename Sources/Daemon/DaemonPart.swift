import Foundation
import ServiceLifecycle
import Support

/// A part of the daemon, as an entry of its list. The parts are opened in the order of the list, work at the same time,
/// and are closed in the reverse order, each when those after it are closed.
struct DaemonPart: Service {
    /// What it is, for readers of the list.
    let name: String
    /// Prepares it. Called on the main thread; it may block.
    var open: @Sendable () throws(DaemonError) -> Void = {}
    /// What it does until it is cancelled. If it fails, the daemon ends.
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

    /// A part that works, and needs not be opened or closed.
    static func task(_ name: String, _ work: @escaping @Sendable () async throws -> Void) -> DaemonPart {
        DaemonPart(name: name, work: work)
    }
}
