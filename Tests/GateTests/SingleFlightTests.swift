import Support
import Synchronization
import Testing

/// Who joins work that is in flight, who leaves it, and what becomes of it then.
@Suite(.timeLimit(.minutes(1))) struct SingleFlightTests {
    struct Failure: Error, Hashable {}
    typealias Value = Result<Int, Failure>
    typealias Flight = SingleFlight<String, Value>

    /// Work that ends when it is told to, and goes on for as long after it was cancelled.
    private final class Held: Sendable {
        private let state = Mutex<(begun: Int, cancelled: Int, waiting: [Promise<Value>])>((0, 0, []))
        var begun: Int { state.withLock { $0.begun } }
        var cancelled: Int { state.withLock { $0.cancelled } }

        func work() async -> Value {
            let promise = Promise<Value>()
            state.withLock {
                $0.begun += 1
                $0.waiting.append(promise)
            }
            return await promise.value { [self] in state.withLock { $0.cancelled += 1 } }
        }

        /// Ends the work that began first.
        func end(_ value: Value) { state.withLock { $0.waiting.removeFirst() }.tell(value) }

        func hasBegun(_ count: Int) async { while begun < count { await Task.yield() } }
    }

    /// A caller that has joined.
    private func joined(_ flight: Flight, _ held: Held, _ key: String = "key") async -> Task<Value?, Never> {
        let before = flight.waiting
        let caller = Task { await flight.value(for: key) { await held.work() } }
        while flight.waiting == before { await Task.yield() }
        return caller
    }

    @Test(arguments: [Flight.Abandoned.goesOn, .isCancelled])
    func thousandsShareOnePieceOfWork(_ abandoned: Flight.Abandoned) async {
        let (flight, held) = (Flight(abandoned: abandoned), Held())
        let values = await withTaskGroup(of: Value?.self) { group in
            for _ in 0..<5000 { group.addTask { await flight.value(for: "key") { await held.work() } } }
            while flight.waiting < 5000 { await Task.yield() }
            await held.hasBegun(1)
            held.end(.success(7))
            return await group.reduce(into: [Value?: Int]()) { $0[$1, default: 0] += 1 }
        }
        #expect(values == [.success(7): 5000])
        #expect(held.begun == 1 && held.cancelled == 0)
        #expect(flight.count == 0 && flight.waiting == 0)
    }

    @Test func anotherKeyIsOtherWork() async {
        let (flight, held) = (Flight(abandoned: .goesOn), Held())
        let first = await joined(flight, held, "first")
        await held.hasBegun(1)
        let second = await joined(flight, held, "second")
        await held.hasBegun(2)
        #expect(flight.count == 2)
        held.end(.success(1))
        #expect(await first.value == .success(1))
        held.end(.success(2))
        #expect(await second.value == .success(2))
    }

    /// Nothing is kept: neither a value nor a failure. All who wait get the same, and the next one begins anew.
    @Test func aFailureIsToldToAllAndNotKept() async {
        let (flight, held) = (Flight(abandoned: .isCancelled), Held())
        let callers = [await joined(flight, held), await joined(flight, held)]
        await held.hasBegun(1)
        held.end(.failure(Failure()))
        for caller in callers { #expect(await caller.value == .failure(Failure())) }
        let next = await joined(flight, held)
        await held.hasBegun(2)
        held.end(.success(2))
        #expect(await next.value == .success(2))
    }

    @Test(arguments: [Flight.Abandoned.goesOn, .isCancelled])
    func aCallerThatLeavesDisturbsNobody(_ abandoned: Flight.Abandoned) async {
        let (flight, held) = (Flight(abandoned: abandoned), Held())
        // Also the one that has begun the work.
        let first = await joined(flight, held)
        let second = await joined(flight, held)
        let third = await joined(flight, held)
        await held.hasBegun(1)
        first.cancel()
        third.cancel()
        #expect(await first.value == nil)
        #expect(await third.value == nil)
        #expect(flight.waiting == 1 && held.cancelled == 0)
        held.end(.success(1))
        #expect(await second.value == .success(1))
    }

    @Test func theLastToLeaveLeavesTheWorkRunning() async {
        let (flight, held) = (Flight(abandoned: .goesOn), Held())
        let first = await joined(flight, held)
        await held.hasBegun(1)
        first.cancel()
        #expect(await first.value == nil)
        #expect(flight.count == 1 && held.cancelled == 0)
        let second = await joined(flight, held)
        held.end(.success(1))
        #expect(await second.value == .success(1))
        #expect(held.begun == 1)
    }

    /// The next caller does not wait for work that has been cancelled, nor get what it brings.
    @Test func theLastToLeaveEndsTheWork() async {
        let (flight, held) = (Flight(abandoned: .isCancelled), Held())
        let first = await joined(flight, held)
        await held.hasBegun(1)
        first.cancel()
        #expect(await first.value == nil)
        #expect(flight.count == 0)
        while held.cancelled == 0 { await Task.yield() }
        let second = await joined(flight, held)
        await held.hasBegun(2)
        held.end(.success(1))
        held.end(.success(2))
        #expect(await second.value == .success(2))
        #expect(held.cancelled == 1)
    }

    @Test func aCallerThatWasCancelledBeforeBeginsNothing() async {
        let (flight, held) = (Flight(abandoned: .goesOn), Held())
        let caller = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await flight.value(for: "key") { await held.work() }
        }
        #expect(await caller.value == nil)
        #expect(held.begun == 0 && flight.count == 0)
    }

    @Test func aDeadlineEndsTheWaitAlone() async {
        let (flight, held) = (Flight(abandoned: .goesOn), Held())
        let patient = await joined(flight, held)
        await held.hasBegun(1)
        let late = await Deadline.run(.milliseconds(20)) { await flight.value(for: "key") { await held.work() } }
        #expect(late == nil)
        held.end(.success(1))
        #expect(await patient.value == .success(1))
        #expect(held.begun == 1 && held.cancelled == 0)
    }

    /// Joining, leaving and ending meet in all ways. Checked continuations end the process if one is resumed twice, and
    /// the time limit ends the test if one never is.
    @Test(arguments: [SingleFlight<Int, Int>.Abandoned.goesOn, .isCancelled])
    func nobodyIsForgotten(_ abandoned: SingleFlight<Int, Int>.Abandoned) async {
        let flight = SingleFlight<Int, Int>(abandoned: abandoned)
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<4000 {
                group.addTask {
                    let key = number % 7
                    let caller = Task {
                        await flight.value(for: key) {
                            for _ in 0..<number % 5 { await Task.yield() }
                            return key
                        }
                    }
                    let leaves = number % 3 == 0
                    if leaves {
                        for _ in 0..<number % 4 { await Task.yield() }
                        caller.cancel()
                    }
                    let value = await caller.value
                    #expect(value == key || leaves && value == nil)
                }
            }
        }
        while flight.count > 0 { await Task.yield() }
        #expect(flight.waiting == 0)
    }
}
