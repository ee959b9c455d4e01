import NIOCore
import Support
import Synchronization

/// A test that is under way, and those who follow it. When nobody does any more, it ends.
final class RunningTest: Sendable {
    /// The most events that are shown. A domain may have thousands of hosts.
    private static let most = 400
    /// How long a test goes on that nobody follows: a browser comes back after a redirection or a reload.
    static let patience = Duration.seconds(10)

    private struct State {
        var events: [TestEvent] = []
        var followers: [UInt64: AsyncStream<TestEvent>.Continuation] = [:]
        var next: UInt64 = 0
        var isOver = false
        /// Whether it was told to end: it has no result.
        var isCancelled = false
        var task: Task<Void, Never>?
        /// Counts the times at which the last follower has gone.
        var leavings: UInt64 = 0
    }

    let id: InspectionID
    /// The domain or next hop as the daemon writes it.
    let domain: String
    private let state = Mutex(State())

    init(_ id: InspectionID, domain: String) {
        self.id = id
        self.domain = domain
    }

    /// Begins the work, and waits for the first follower.
    func begin(_ work: @escaping @Sendable () async -> Void) {
        let task = Task(executorPreference: PageExecutor.shared) {
            await work()
            self.finish()
        }
        let isCancelled = state.withLock { state in
            if !state.isOver { state.task = task }
            return state.isCancelled
        }
        if isCancelled { task.cancel() }
        endUnlessFollowed()
    }

    /// Notes an event. Called on any thread.
    func note(_ event: TestEvent) {
        let followers = state.withLock { state -> [AsyncStream<TestEvent>.Continuation] in
            guard state.events.count < Self.most, !state.isOver else { return [] }
            state.events.append(event)
            return Array(state.followers.values)
        }
        for follower in followers { follower.yield(event) }
    }

    /// The events from the beginning, until the test has ended. Whoever stops to read it, or is cancelled, does not
    /// follow any more.
    func events() -> AsyncStream<TestEvent> {
        let (stream, continuation) = AsyncStream<TestEvent>.makeStream()
        let number = state.withLock { state -> UInt64? in
            // No other event comes between these and the next one.
            for event in state.events { continuation.yield(event) }
            guard !state.isOver else { return nil }
            state.next += 1
            state.followers[state.next] = continuation
            return state.next
        }
        guard let number else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in self?.leave(number) }
        return stream
    }

    /// The same for a client, until its connection closes.
    func events(for channel: any Channel) -> AsyncStream<TestEvent> {
        let events = events()
        let (stream, continuation) = AsyncStream<TestEvent>.makeStream()
        let feeding = Task(executorPreference: PageExecutor.shared) {
            for await event in events { continuation.yield(event) }
            continuation.finish()
        }
        continuation.onTermination = { _ in feeding.cancel() }
        channel.closeFuture.whenComplete { _ in continuation.finish() }
        return stream
    }

    /// How many follow it.
    var followers: Int { state.withLock { $0.followers.count } }

    /// Has it go on for as long as at first without a follower.
    ///
    /// - Returns: Whether it does: not if it was told to end.
    func join() -> Bool {
        guard state.withLock({ !$0.isCancelled && !$0.isOver }) else { return false }
        endUnlessFollowed()
        return state.withLock { !$0.isCancelled }
    }

    /// Ends it.
    func cancel() {
        let task = state.withLock { state in
            state.isCancelled = true
            return state.task
        }
        task?.cancel()
    }

    private func finish() {
        let followers = state.withLock { state in
            state.isOver = true
            state.task = nil
            defer { state.followers = [:] }
            return Array(state.followers.values)
        }
        for follower in followers { follower.finish() }
    }

    private func leave(_ number: UInt64) {
        let isLast = state.withLock { state in
            state.followers.removeValue(forKey: number) != nil && state.followers.isEmpty && !state.isOver
        }
        if isLast { endUnlessFollowed() }
    }

    private func endUnlessFollowed() {
        let number = state.withLock { state in
            state.leavings += 1
            return state.leavings
        }
        _ = Timetable.shared.add(after: Self.patience) { [weak self] in
            guard let self else { return }
            // Nobody joins between the look and the end.
            let task = state.withLock { state -> Task<Void, Never>? in
                guard state.followers.isEmpty, state.leavings == number else { return nil }
                state.isCancelled = true
                return state.task
            }
            task?.cancel()
        }
    }
}
