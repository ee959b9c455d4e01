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

    private struct State {
        var fault: String? = "it has not been tried yet"
    }

    private let state = Mutex(State())
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
    func waitForFirstTest(atMost limit: Duration) { _ = tested.wait(until: .now + limit) }

    /// Asks again and again, until it is cancelled.
    public func watch(_ resolver: any Resolving) async {
        var hasWorked = false
        while !Task.isCancelled {
            let fault = await resolver.selfTest()
            if Task.isCancelled { return }
            take(fault)
            tested.signal()
            if fault == nil, !hasWorked {
                hasWorked = true
                onFirstSuccess()
            }
            try? await Task.sleep(for: fault == nil ? Self.interval : Self.retryInterval)
        }
    }

    private func take(_ fault: String?) {
        let before = state.withLock { state in
            defer { state = State(fault: fault) }
            return state
        }
        if let fault {
            log.event(.error, repeated: "resolver-down", LogLine(event: "resolver-down").adding("cause", fault))
        } else if before.fault != nil {
            log.event(.notice, LogLine(event: "resolver-up"))
        }
    }
}
