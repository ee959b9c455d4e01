import Foundation
package import Policy
package import Records
import Support
import Synchronization

/// Keeps the book of exemptions as the file has it, and writes to the file what the daemon itself finds out. A thread
/// of its own looks once per second whether the file has changed. Mail never waits for it.
package final class ExemptionKeeper: ExemptionHolding {
    private struct State {
        var sightings: [ExemptionSighting] = []
        /// What other hosts have told last.
        var told: [Exemption] = []
        var standing: [Exemption] = []
        /// Who waits for the end of the next turn.
        var waiting: [CheckedContinuation<Void, Never>] = []
        var isClosed = false
    }

    /// The time between two looks at the file.
    private static let interval = Duration.seconds(1)
    /// At most so many sightings wait for a file that cannot be written.
    private static let sightingLimit = 1000

    private let directory: String
    private let settings: SettingsBook
    private let book: ExemptionBook
    private let log: GateLog
    private let unixNow: @Sendable () -> Int64
    private let state = Mutex(State())
    private let listener = Mutex<(@Sendable () -> Void)?>(nil)
    private let work = Signal()
    private let loaded = Signal()
    private let done = Signal()

    /// Makes a keeper. It opens nothing yet.
    package init(
        _ settings: SettingsBook, book: ExemptionBook, log: GateLog, unixNow: @escaping @Sendable () -> Int64 = unixTime
    ) {
        directory = settings.settings.stateDirectory
        self.settings = settings
        self.book = book
        self.log = log
        self.unixNow = unixNow
    }

    /// Reads the file, and follows it from then on. The work is done on the keeper's own thread.
    package func begin() {
        let thread = Thread { self.run() }
        thread.name = "exemptions"
        thread.start()
    }

    /// Waits until the file has been read for the first time, or until the limit.
    package func waitUntilLoaded(atMost limit: Duration) { _ = loaded.wait(until: .now + limit) }

    /// Takes in what was seen of an exempt domain. It does no I/O.
    package func note(_ sighting: ExemptionSighting) {
        state.withLock { if $0.sightings.count < Self.sightingLimit { $0.sightings.append(sighting) } }
        work.signal()
    }

    /// The live exemptions, and those that somebody has removed lately, as the file last had them.
    package var standing: [Exemption] { state.withLock { $0.standing } }

    /// Takes in what other hosts have told. It does no I/O.
    package func take(_ told: [Exemption]) {
        state.withLock { $0.told = told }
        if !told.isEmpty { work.signal() }
    }

    /// Looks at the file at once, and returns when what it has is in force.
    package func look() async {
        await withCheckedContinuation { continuation in
            let isClosed = state.withLock { state in
                if !state.isClosed { state.waiting.append(continuation) }
                return state.isClosed
            }
            if isClosed { continuation.resume() } else { work.signal() }
        }
    }

    /// From now on, calls a listener on the keeper's thread after each change.
    package func whenChanged(_ listener: @escaping @Sendable () -> Void) { self.listener.withLock { $0 = listener } }

    /// Ends the thread, and waits for its end, or until the limit.
    package func close(within limit: Duration = .seconds(2)) {
        state.withLock { $0.isClosed = true }
        work.signal()
        _ = done.wait(until: .now + limit)
    }

    private func run() {
        var follower = ExemptionFollower(directory, liftAfter: settings.settings.exemptLiftAfter, log: log) {
            [book] in book.replace($0)
        }
        while true {
            follower.liftAfter = settings.settings.exemptLiftAfter
            let (begun, isClosed) = state.withLock { state in
                defer { (state.sightings, state.told, state.waiting) = ([], [], []) }
                return (state, state.isClosed)
            }
            _ = follower.turn(begun.sightings, begun.told, at: unixNow())
            book.fault = follower.fault
            let hasChanged = state.withLock { state in
                defer { state.standing = follower.standing }
                return state.standing != follower.standing
            }
            loaded.signal()
            for continuation in begun.waiting { continuation.resume() }
            if isClosed { break }
            if hasChanged { listener.withLock { $0 }?() }
            _ = work.wait(until: .now + Self.interval)
        }
        done.signal()
    }
}
