import Support
import Testing

@Suite(.timeLimit(.minutes(1))) struct PromiseTests {
    @Test func theFirstValueCountsBeforeTheWaitAndAfter() async {
        let before = Promise<Int>()
        before.tell(1)
        before.tell(2)
        #expect(await before.value {} == 1)
        let after = Promise<Int>()
        let waiting = Task { await after.value {} }
        for _ in 0..<10 { await Task.yield() }
        after.tell(1)
        after.tell(2)
        #expect(await waiting.value == 1)
    }

    /// Whoever keeps the promise decides what a cancellation means.
    @Test func aCancellationIsReportedAndEndsNothing() async {
        let (promise, reported) = (Promise<Int>(), Promise<Bool>())
        let waiting = Task { await promise.value { reported.tell(true) } }
        waiting.cancel()
        #expect(await reported.value {})
        promise.tell(1)
        #expect(await waiting.value == 1)
    }

    /// A cancellation and a value come at the same moment.
    @Test func theWaitEndsOnce() async {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<2000 {
                group.addTask {
                    let promise = Promise<Int>()
                    let waiting = Task { await promise.value { promise.tell(1) } }
                    async let told: Void = promise.tell(2)
                    waiting.cancel()
                    await told
                    #expect([1, 2].contains(await waiting.value))
                }
            }
        }
    }
}
