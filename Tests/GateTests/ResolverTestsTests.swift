import DNSSEC
import Synchronization
import Testing

@testable import Inspection

/// Self-tests that several wait for.
@Suite(.timeLimit(.minutes(1))) struct ResolverTestsTests {
    /// A resolver whose tests end when they are told to.
    private final class Slow: Sendable {
        let begun = Atomic(0)
        private let waiting = Mutex<[CheckedContinuation<ResolverHealth, Never>]>([])

        func test() async -> ResolverHealth {
            await withCheckedContinuation { continuation in
                waiting.withLock { $0.append(continuation) }
                begun.add(1, ordering: .sequentiallyConsistent)
            }
        }

        func hasBegun(_ count: Int) async {
            while begun.load(ordering: .sequentiallyConsistent) < count { await Task.yield() }
        }

        func end(_ health: ResolverHealth) { waiting.withLock { $0.removeFirst() }.resume(returning: health) }
    }

    private final class Counter: Sendable {
        let begun = Atomic(0)
    }

    /// A test that began before one asked may have missed what one saw; and those who ask meanwhile share the next one.
    @Test func aResultIsOfATestThatBeganAfterTheCall() async {
        let counter = Counter()
        let tests = ResolverTests {
            let number = counter.begun.add(1, ordering: .sequentiallyConsistent).newValue
            try? await Task.sleep(for: .milliseconds(2))
            return ResolverHealth(faults: [.init(.tlsa, .unanswered, "\(number)")])
        }
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<40 {
                group.addTask {
                    for _ in 0..<20 {
                        let before = counter.begun.load(ordering: .sequentiallyConsistent)
                        let number = await tests.result()?.fault.flatMap { Int($0.sentence) } ?? 0
                        #expect(number > before)
                    }
                }
            }
        }
        // Of eight hundred calls, forty at once, each round takes two at most.
        #expect(counter.begun.load(ordering: .sequentiallyConsistent) <= 80)
    }

    @Test func whoIsCancelledWaitsNoLonger() async {
        let slow = Slow()
        let tests = ResolverTests { await slow.test() }
        async let first = tests.result()
        await slow.hasBegun(1)
        let impatient = Task { await tests.result() }
        impatient.cancel()
        #expect(await impatient.value == nil)
        slow.end(.good)
        #expect(await first == .good)
    }

    /// However many fail one after the other, the tests come to an end; who is in a hurry is served.
    @Test func aFloodOfFailuresIsNoFloodOfTests() async {
        let counter = Counter()
        let start = ContinuousClock.now
        let tests = ResolverTests {
            counter.begun.add(1, ordering: .relaxed)
            return .good
        }
        let flood = Task {
            while !Task.isCancelled { _ = await tests.result() }
        }
        while counter.begun.load(ordering: .relaxed) < 1000 { await Task.yield() }
        let urgent = await tests.result(isUrgent: true)
        #expect(urgent == .good)
        flood.cancel()
        await flood.value
        // A thousand, the urgent one, and one a second; some came back during the thousand.
        let seconds = Int((ContinuousClock.now - start) / .seconds(1))
        #expect(counter.begun.load(ordering: .relaxed) <= 1003 + seconds)
    }
}
