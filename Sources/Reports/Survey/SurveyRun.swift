import DNSSEC
import DequeModule

/// Judges the destinations of a list, many at once, and hands their results on in the order of the list.
///
/// A doubtful destination is judged once more after a while. The results after it in the list wait for that, up to a
/// limit; beyond the limit nothing new begins. Before doubtful destinations are judged again, the resolver must work.
/// While it does not, nothing goes on.
struct SurveyRun {
    /// At most so many results wait for one before them.
    private static let window = 20_000
    /// The time between two tests of a resolver that does not work, and how long it is tested.
    private static let testInterval = Duration.seconds(5)
    private static let patience = Duration.seconds(600)

    let destinations: DestinationList
    /// The number of inspections at once.
    let concurrency: Int
    /// The time after which a doubtful destination is judged again.
    let retryAfter: Duration
    /// Judges a destination. It gets its place in the list, and whether this is the second time.
    let judge: @Sendable (Int, Bool) async -> SurveyResult
    /// Whether a second look at the destination may help.
    let isDoubt: @Sendable (SurveyResult) -> Bool
    /// Returns why no answers can be expected; nil if they can.
    let trouble: @Sendable () async -> String?
    let progress: SurveyProgress
    /// Called if nothing is left to do but to wait for second looks. It gets the number of doubtful destinations, and
    /// the time left.
    var waits: @Sendable (Int, Duration) -> Void = { _, _ in }

    private enum Event: Sendable {
        case judged(Int, SurveyResult, isAgain: Bool)
        /// Something is due.
        case due
        case tested(String?)
    }

    private struct State {
        /// The next destination to begin, and the next result to hand on.
        var next: Int
        var first: Int
        var underWay = 0
        var finished: [Int: SurveyResult] = [:]
        /// The doubtful destinations, in the order in which they are due.
        var doubts: Deque<(index: Int, due: ContinuousClock.Instant)> = []
        /// When the resolver last worked, and since when it does not.
        var worked: ContinuousClock.Instant
        var troubleSince: ContinuousClock.Instant?
        var nextTest: ContinuousClock.Instant
        var isTesting = false
        var isTicking = false
        /// Whether the wait has been told.
        var hasToldWait = false
    }

    /// Judges the destinations from a place in the list on.
    ///
    /// - Parameter write: Takes in results in the order of the list, as soon as they and all before them are there.
    /// - Throws: What `write` throws, or that the resolver has not worked for long. If the task is cancelled, it
    ///   returns early.
    func run(from start: Int, write: ([SurveyResult]) throws(SurveyError) -> Void) async throws(SurveyError) {
        let outcome = await withTaskGroup(of: Event.self) { group -> SurveyError? in
            defer { group.cancelAll() }
            var state = State(next: start, first: start, worked: .now, nextTest: .now)
            do throws(SurveyError) {
                while true {
                    begin(&state, &group)
                    guard state.first < destinations.count, let event = await group.next(), !Task.isCancelled else {
                        return nil
                    }
                    try take(event, &state)
                    try handOn(&state, write)
                }
            } catch {
                return error
            }
        }
        if let outcome { throw outcome }
    }

    private func begin(_ state: inout State, _ group: inout TaskGroup<Event>) {
        let now = ContinuousClock.now
        let mayRetry = prepareRetry(now, &state, &group)
        while state.troubleSince == nil, state.underWay < concurrency {
            if mayRetry, let doubt = state.doubts.first, doubt.due <= now {
                state.doubts.removeFirst()
                add(doubt.index, isAgain: true, &state, &group)
            } else if state.next < destinations.count,
                state.next - state.first < max(Self.window, 2 * concurrency)
            {
                add(state.next, isAgain: false, &state, &group)
                state.next += 1
            } else {
                break
            }
        }
        tellDoubts(&state, now)
        guard !state.isTicking, !state.isTesting else { return }
        var due = state.doubts.first?.due
        if state.troubleSince != nil { due = state.nextTest }
        guard let due, due > now else { return }
        state.isTicking = true
        group.addTask {
            try? await Task.sleep(until: due)
            return .due
        }
    }

    private func tellDoubts(_ state: inout State, _ now: ContinuousClock.Instant) {
        let (count, due) = (state.doubts.count, state.doubts.first?.due)
        progress.update { ($0.doubts, $0.again) = (count, due) }
        let isIdle = state.underWay == 0 && state.next >= destinations.count && state.troubleSince == nil
        guard isIdle, !state.hasToldWait, let due, due > now else { return }
        state.hasToldWait = true
        waits(count, due - now)
    }

    /// Whether doubtful destinations may be judged again now, because the resolver has worked since.
    private func prepareRetry(
        _ now: ContinuousClock.Instant, _ state: inout State, _ group: inout TaskGroup<Event>
    ) -> Bool {
        guard let doubt = state.doubts.first, doubt.due <= now || state.troubleSince != nil else { return false }
        if state.troubleSince == nil, now - state.worked < Self.testInterval { return true }
        if !state.isTesting, state.nextTest <= now {
            state.isTesting = true
            group.addTask { .tested(await trouble()) }
        }
        return false
    }

    private func add(_ index: Int, isAgain: Bool, _ state: inout State, _ group: inout TaskGroup<Event>) {
        state.underWay += 1
        group.addTask { .judged(index, await judge(index, isAgain), isAgain: isAgain) }
    }

    private func take(_ event: Event, _ state: inout State) throws(SurveyError) {
        switch event {
        case .due: state.isTicking = false
        case .tested(let fault):
            state.isTesting = false
            let now = ContinuousClock.now
            if let fault {
                let since = state.troubleSince ?? now
                state.troubleSince = since
                state.nextTest = now + Self.testInterval
                progress.update { $0.trouble = fault }
                guard now - since < Self.patience else {
                    throw SurveyError(75, "the survey cannot go on: \(fault).")
                }
            } else {
                state.worked = now
                state.nextTest = now
                state.troubleSince = nil
                progress.update { $0.trouble = nil }
            }
        case .judged(let index, let result, let isAgain):
            state.underWay -= 1
            if !isAgain, isDoubt(result) {
                state.doubts.append((index, .now + retryAfter))
            } else {
                state.finished[index] = result
                progress.update {
                    $0.done += 1
                    if result.isRefused { $0.refused += 1 }
                }
            }
        }
    }

    private func handOn(
        _ state: inout State, _ write: ([SurveyResult]) throws(SurveyError) -> Void
    ) throws(SurveyError) {
        var results: [SurveyResult] = []
        while let result = state.finished.removeValue(forKey: state.first) {
            results.append(result)
            state.first += 1
        }
        if !results.isEmpty { try write(results) }
    }
}
