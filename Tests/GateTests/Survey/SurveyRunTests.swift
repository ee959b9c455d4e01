import DANE
import Synchronization
import Testing
import WorldServers

@testable import Policy
@testable import Reports

@Suite(.timeLimit(.minutes(1))) struct SurveyRunTests {
    private static func result(_ index: Int, _ outcome: Outcome) -> SurveyResult {
        SurveyResult(
            domain: "d\(index)", outcome: outcome, ruling: .accept, would: nil, lasting: .accept, code: nil, host: nil,
            cause: "", isDegraded: false, hazards: [], mxSecurity: nil, recipients: 1, elapsed: nil)
    }

    private final class Course: Sendable {
        struct State {
            var underWay = 0
            var most = 0
            var tests = 0
            var again: [Int] = []
            /// What was told of the wait: how many doubts.
            var waits: [Int] = []
        }
        let state = Mutex(State())
    }

    private func run(
        _ count: Int, _ course: Course, from start: Int = 0, retryAfter: Duration = .milliseconds(50),
        trouble: @escaping @Sendable () async -> String? = { nil },
        judge: @escaping @Sendable (Int, Bool) async -> Outcome
    ) async throws -> [String] {
        var list = DestinationList()
        for index in 0..<count { try list.add("d\(index)", recipients: 1) }
        let run = SurveyRun(
            destinations: list, concurrency: 7, retryAfter: retryAfter,
            judge: { index, isAgain in
                course.state.withLock { state in
                    state.underWay += 1
                    state.most = max(state.most, state.underWay)
                    if isAgain { state.again.append(index) }
                }
                let outcome = await judge(index, isAgain)
                course.state.withLock { $0.underWay -= 1 }
                return Self.result(index, outcome)
            },
            isDoubt: { $0.outcome.isDoubt }, trouble: trouble, progress: SurveyProgress(),
            waits: { doubts, left in
                #expect(left > .zero && left <= retryAfter)
                course.state.withLock { $0.waits.append(doubts) }
            })
        var written: [String] = []
        try await run.run(from: start) { results throws(SurveyError) in
            written += results.map { "\($0.domain) \($0.outcome.rawValue)" }
        }
        return written
    }

    @Test func resultsAreInOrderAndDoubtsAreTriedAgain() async throws {
        let course = Course()
        let written = try await run(200, course, from: 3) { index, isAgain in
            try? await Task.sleep(for: .milliseconds((index * 7) % 5))
            return index % 50 == 10 && !isAgain ? .dnsUnavailable : index % 50 == 11 ? .unreachable : .verified
        }
        #expect(written == (3..<200).map { "d\($0) \($0 % 50 == 11 ? "unreachable" : "verified")" })
        let state = course.state.withLock { $0 }
        #expect(state.most <= 7)
        #expect(state.again.sorted() == [10, 11, 60, 61, 110, 111, 160, 161])
    }

    /// Once all else is done, and once only.
    @Test func theWaitForDoubtsIsTold() async throws {
        let course = Course()
        // However slow the machine is, all else is done before they are due.
        let waiting = Task {
            try await run(20, course, retryAfter: .seconds(3600)) { index, _ in index < 3 ? .unreachable : .verified }
        }
        #expect(try await eventually(within: .seconds(50)) { course.state.withLock { !$0.waits.isEmpty } })
        waiting.cancel()
        _ = try await waiting.value
        #expect(course.state.withLock { $0.waits } == [3])
        let none = Course()
        _ = try await run(20, none) { _, _ in .verified }
        #expect(none.state.withLock { $0.waits } == [])
    }

    /// Nothing goes on while the resolver does not work.
    @Test func doubtsWaitForTheResolver() async throws {
        let course = Course()
        // What worked a moment ago is not tried, so the wait is longer than that moment.
        let written = try await run(20, course, retryAfter: .milliseconds(5200)) {
            course.state.withLock { state in
                state.tests += 1
                return state.tests == 1 ? "no network" : nil
            }
        } judge: { _, isAgain in
            isAgain && course.state.withLock { $0.tests } >= 2 ? .verified : .dnsUnavailable
        }
        #expect(written == (0..<20).map { "d\($0) verified" })
        #expect(course.state.withLock { $0.tests } >= 2)
    }

    @Test func aCancelledRunEnds() async throws {
        let course = Course()
        let task = Task {
            try await run(1000, course) { _, _ in
                try? await Task.sleep(for: .seconds(3600))
                return .verified
            }
        }
        while course.state.withLock({ $0.underWay < 7 }) { await Task.yield() }
        task.cancel()
        #expect(try await task.value == [])
    }
}
