import DANE
import DNSSEC
import Logging
import Synchronization

/// Whether the resolver works: whether the root's DNSKEY is secure. Asked at start, every five minutes, and while it is not, often.
///
/// While it does not work no verdict is made: neither "bogus" nor "no DANE" could be believed.
public final class ResolverHealth: Sendable {
    /// How often it is asked while it works.
    static let interval = Duration.seconds(300)
    /// How often it is asked while it does not.
    static let retryInterval = Duration.seconds(10)
    /// So many inspections in a row that found no DNS are a reason to ask at once.
    static let doubtLimit = 5

    private struct State {
        var fault: String? = "it has not been tried yet"
        /// Why no lookup will ever work, as the first test found.
        var unusable: ResolverError?
    }

    private let state = Mutex(State())
    private let doubts = Atomic<Int>(0)
    private let tested = Signal()
    private let log: GateLog
    private let onFirstSuccess: @Sendable () -> Void

    /// A watch over a resolver.
    ///
    /// - Parameters:
    ///   - log: Where changes are told.
    ///   - onFirstSuccess: Called once, when it works for the first time.
    public init(log: GateLog, onFirstSuccess: @escaping @Sendable () -> Void = {}) {
        self.log = log
        self.onFirstSuccess = onFirstSuccess
    }

    /// Why the resolver does not work; nil if it does.
    public var fault: String? { state.withLock { $0.fault } }

    /// Blocks the calling thread until the first test has ended, or the time is over. Once only.
    ///
    /// - Throws: If it has ended and no lookup will ever work with these settings.
    func waitForFirstTest(atMost limit: Duration) throws(ResolverError) {
        _ = tested.wait(until: .now + limit)
        if let unusable = state.withLock({ $0.unusable }) { throw unusable }
    }

    /// Asks again and again, until it is cancelled.
    public func watch(_ resolver: any Resolving) async {
        var hasWorked = false
        var isFirst = true
        while !Task.isCancelled {
            let fault: String?
            do throws(ResolverError) {
                fault = try await resolver.selfTest()
            } catch {
                fault = error.description
                if isFirst { state.withLock { $0.unusable = error } }
            }
            if Task.isCancelled { return }
            take(fault)
            if isFirst { tested.signal() }
            isFirst = false
            if fault == nil, !hasWorked {
                hasWorked = true
                onFirstSuccess()
            }
            await rest(fault == nil ? Self.interval : Self.retryInterval)
        }
    }

    /// Notes what an inspection found: no DNS, or something.
    func note(_ outcome: Outcome) {
        if outcome == .dnsUnavailable { doubts.add(1, ordering: .relaxed) } else { doubts.store(0, ordering: .relaxed) }
    }

    /// Waits for the next test, in short turns: an outage is not to go unnoticed until then.
    private func rest(_ interval: Duration) async {
        let end = ContinuousClock.now + interval
        while ContinuousClock.now < end, !Task.isCancelled {
            try? await Task.sleep(for: .seconds(2))
            if doubts.load(ordering: .relaxed) >= Self.doubtLimit { break }
        }
        doubts.store(0, ordering: .relaxed)
    }

    private func take(_ fault: String?) {
        let before = state.withLock { state in
            defer { state.fault = fault }
            return state
        }
        if let fault {
            log.event(.error, repeated: "resolver-down", LogLine(event: "resolver-down").adding("cause", fault))
        } else if before.fault != nil {
            log.event(.notice, LogLine(event: "resolver-up"))
        }
    }
}
