import Testing

@testable import Probe

@Suite("Slots bound how many probes run", .timeLimit(.minutes(1)))
struct ProbeSlotsTests {
    @Test func aSlotIsGrantedAndGivenBack() async {
        let slots = ProbeSlots(1)
        #expect(await slots.acquire(within: .seconds(1)) == .granted)
        #expect(slots.held == 1)
        #expect(await slots.acquire(within: .milliseconds(20)) == .timedOut)
        slots.release()
        #expect(slots.held == 0)
        #expect(await slots.acquire(within: .zero) == .granted)
    }

    @Test func aWaiterInheritsTheSlot() async {
        let slots = ProbeSlots(1)
        #expect(await slots.acquire(within: .seconds(1)) == .granted)
        async let second = slots.acquire(within: .seconds(30))
        slots.release()
        #expect(await second == .granted)
        #expect(slots.held == 1)
    }

    @Test func aCancelledWaiterLeaves() async {
        let slots = ProbeSlots(1)
        #expect(await slots.acquire(within: .seconds(1)) == .granted)
        let waiter = Task { await slots.acquire(within: .seconds(30)) }
        waiter.cancel()
        #expect(await waiter.value == .cancelled)
        slots.release()
        #expect(slots.held == 0)
    }

    @Test func closingEndsTheWaits() async {
        let slots = ProbeSlots(1)
        #expect(await slots.acquire(within: .seconds(1)) == .granted)
        async let waiting = slots.acquire(within: .seconds(30))
        slots.close()
        #expect(await waiting == .closed)
        slots.release()
        await slots.drain()
        #expect(await slots.acquire(within: .seconds(1)) == .closed)
    }

    @Test func neverMoreThanThereAre() async {
        let slots = ProbeSlots(3)
        await withTaskGroup { group in
            for _ in 0..<300 {
                group.addTask {
                    guard await slots.acquire(within: .seconds(30)) == .granted else { return false }
                    let held = slots.held
                    await Task.yield()
                    slots.release()
                    return held <= 3
                }
            }
            for await isWithin in group { #expect(isWithin) }
        }
        #expect(slots.held == 0)
    }
}
