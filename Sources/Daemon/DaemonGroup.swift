import Glibc
import Logging
import ServiceLifecycle
import Support
import Synchronization

/// The parts of the daemon while they run: a `ServiceGroup` as the main thread sees it, which waits for signals and
/// cannot await.
final class DaemonGroup: Sendable {
    private let group: ServiceGroup
    private let failure = Mutex<DaemonError?>(nil)
    private let isOver = Signal()

    /// Opens the parts in their order, and lets them work.
    ///
    /// - Parameter whenOver: Called when all parts have ended, whatever ended them.
    /// - Throws: Why a part cannot be opened. Those before it have been closed again.
    init(_ parts: [DaemonPart], whenOver: @escaping @Sendable () -> Void) throws(DaemonError) {
        for (index, part) in parts.enumerated() {
            do throws(DaemonError) { try part.open() } catch {
                for part in parts[..<index].reversed() { part.close() }
                throw error
            }
        }
        group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: parts.map {
                    .init(
                        service: $0, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup)
                }, logger: Logger(label: "services")))
        Task {
            do { try await group.run() } catch {
                let told = DaemonError(status: EX_SOFTWARE, sentences: ["the daemon has failed: \(error)."])
                failure.withLock { $0 = error as? DaemonError ?? told }
            }
            isOver.signal()
            whenOver()
        }
    }

    /// Ends the parts, the last one first, each when those after it have ended. It blocks the calling thread.
    ///
    /// - Parameter limit: How long to wait. Each part has its own time limit. One that does not keep it must not delay
    ///   a shutdown of the machine.
    /// - Returns: Why the parts have ended on their own; nil if they have not.
    func end(within limit: Duration) -> DaemonError? {
        Task { await group.triggerGracefulShutdown() }
        _ = isOver.wait(until: .now + limit)
        return failure.withLock { $0 }
    }
}
