package import DNSSEC
import Support
import Synchronization

/// The self-tests of a resolver, one at a time. Each caller gets the result of a test that began after its call.
/// Callers that come during a test share the next one.
///
/// A DNSSEC failure counts only after such a test. The second look before it queries the root too, so a test adds to
/// these queries and does not multiply them. Still, a flood of failures must not become a flood of tests: a thousand
/// may follow each other, and after that there is one per second for all callers.
package final class ResolverTests: Sendable {
    private typealias Waiter = Promise<ResolverHealth?>

    private struct State {
        var waiters: [ObjectIdentifier: Waiter] = [:]
        var isRunning = false
        var isUrgent = false
        var allowance = Allowance(1000, every: .seconds(1))
    }

    private let test: @Sendable () async -> ResolverHealth
    private let state = Mutex(State())

    /// The tests of a resolver.
    ///
    /// - Parameter test: Makes one test. It must end by itself.
    package init(_ test: @escaping @Sendable () async -> ResolverHealth) { self.test = test }

    /// The tests of a resolver.
    convenience init(_ resolver: any Resolving) { self.init { await resolver.selfTest() } }

    /// Waits for a test that begins after the call.
    ///
    /// - Parameter isUrgent: Whether to test even if the allowance is used up. The caller must ensure that this is
    ///   rare.
    /// - Returns: nil if the task was cancelled meanwhile.
    package func result(isUrgent: Bool = false) async -> ResolverHealth? {
        let waiter = Waiter()
        let begins = state.withLock { state in
            state.waiters[ObjectIdentifier(waiter)] = waiter
            state.isUrgent = state.isUrgent || isUrgent
            defer { state.isRunning = true }
            return !state.isRunning
        }
        if begins { Task { await run() } }
        return await waiter.value {
            state.withLock { $0.waiters.removeValue(forKey: ObjectIdentifier(waiter)) }?.tell(nil)
        }
    }

    /// Makes tests as long as a caller waits for one.
    private func run() async {
        while true {
            let (waiters, wait, isOver) = state.withLock { state -> ([ObjectIdentifier: Waiter], Duration, Bool) in
                guard !state.waiters.isEmpty else {
                    state.isRunning = false
                    return ([:], .zero, true)
                }
                let wait = state.isUrgent ? .zero : state.allowance.wait(at: .now)
                guard wait == .zero else { return ([:], wait, false) }
                state.allowance.take(at: .now)
                defer { (state.waiters, state.isUrgent) = ([:], false) }
                return (state.waiters, .zero, false)
            }
            if isOver { return }
            guard !waiters.isEmpty else {
                // In short turns, as an urgent caller may come.
                try? await Task.sleep(for: min(wait, .milliseconds(500)))
                continue
            }
            // From here on a cancellation has no effect: the test ends by itself.
            let health = await test()
            for waiter in waiters.values { waiter.tell(health) }
        }
    }
}
