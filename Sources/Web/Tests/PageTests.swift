import DANE
import Gate
import HTTPTypes
import Policy
import Support
import Synchronization

/// The page's tests: those under way, and those that are kept.
final class PageTests: Sendable {
    private struct State {
        var running: [InspectionID: RunningTest] = [:]
        var byDomain: [String: InspectionID] = [:]
        var isClosed = false
    }

    let lab: TestLab
    let stored: StoredTests
    let limits: TestLimits
    let followers: FollowerLimits
    private let counts: PageCounts
    private let known: @Sendable (String) -> CachedReport
    private let state = Mutex(State())

    /// The tests of a lab.
    ///
    /// - Parameters:
    ///   - followers: How many may wait for the end of tests.
    ///   - known: What the daemon would rule on a destination now.
    init(
        _ lab: TestLab, _ stored: StoredTests, counts: PageCounts, followers: FollowerLimits,
        known: @escaping @Sendable (String) -> CachedReport
    ) {
        self.known = known
        self.lab = lab
        self.stored = stored
        self.counts = counts
        self.followers = followers
        limits = TestLimits(total: lab.limit)
    }

    /// What there is under an id.
    enum Found {
        case running(RunningTest)
        case stored(StoredTest)
    }

    /// The test with an id; nil if there is none.
    func find(_ id: InspectionID) -> Found? {
        if let running = state.withLock({ $0.running[id] }) { return .running(running) }
        return stored.test(id).map { .stored($0) }
    }

    /// Begins the test of a destination, or joins the one that is under way.
    ///
    /// - Parameters:
    ///   - argument: What a person typed.
    ///   - client: Whose allowance it counts against.
    /// - Throws: If there are too many.
    func begin(_ argument: DestinationArgument, for client: PageClient) throws(TestLimits.Refusal) -> RunningTest {
        let domain = argument.text(standard: lab.current.probePort)
        // An address whose local part is never refused is ruled otherwise than its domain.
        let key = "\(domain) \(argument.isExempt(lab.current) ? argument.mailbox ?? "" : "")"
        if let running = joined(key) {
            counts.asked(.joined)
            return running
        }
        do throws(TestLimits.Refusal) { try limits.enter(client) } catch {
            counts.asked(error == .all ? .all : .client)
            throw error
        }
        let test = RunningTest(InspectionID(), domain: domain)
        let isNew = state.withLock { state in
            guard state.byDomain[key] == nil, !state.isClosed else { return false }
            state.running[test.id] = test
            state.byDomain[key] = test.id
            return true
        }
        guard isNew else {
            limits.leave(client)
            let running = joined(key)
            counts.asked(running == nil ? .all : .joined)
            guard let running else { throw .all }
            return running
        }
        counts.asked(.begun)
        test.begin { [self] in
            await run(argument, test)
            limits.leave(client)
            state.withLock { state in
                state.running[test.id] = nil
                // One that nobody waited for has no place there any more, and another one may have it.
                if state.byDomain[key] == test.id { state.byDomain[key] = nil }
            }
        }
        return test
    }

    /// The test of a destination that is under way and goes on; nil if there is none.
    private func joined(_ key: String) -> RunningTest? {
        state.withLock { state in
            guard let id = state.byDomain[key] else { return nil }
            if let running = state.running[id], running.join() { return running }
            state.byDomain[key] = nil
            return nil
        }
    }

    private func run(_ argument: DestinationArgument, _ test: RunningTest) async {
        let finding = await lab.test(argument) { test.note($0) }
        // What was found until nobody waited any more says nothing.
        guard !Task.isCancelled else { return }
        let now = unixTime()
        let report = finding.report
        let view = ResultView(
            finding, known: known(test.domain), id: test.id, at: now, keptUntil: stored.end(of: now),
            settings: lab.current)
        let kept = StoredTest(
            id: test.id, domain: test.domain, time: now, json: TerminalText.json(report.json),
            text: report.text(on: .endless, isWhole: true), view: view)
        await onOwnThread { self.stored.keep(kept) }
    }

    /// Ends all tests that are under way.
    func close() async {
        let running = state.withLock { state in
            state.isClosed = true
            return Array(state.running.values)
        }
        for test in running { test.cancel() }
        await lab.close()
    }
}
