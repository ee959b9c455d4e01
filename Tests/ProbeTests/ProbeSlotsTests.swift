import DANE
import RuleMarks
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

    // MARK: Fair between zones and networks

    private static func lane(_ zone: String, _ network: UInt32) -> ProbeLane {
        ProbeLane(zone: zone, network: .network(of: .v4(network << 8)))
    }

    /// Begins so many waits, each for good, and returns when all have a slot or wait for one.
    private static func fill(_ slots: ProbeSlots, _ lanes: [ProbeLane]) async -> [Task<ProbeSlots.Outcome, Never>] {
        let before = slots.occupancy
        let tasks = lanes.map { lane in Task { await slots.acquire(for: lane, within: .seconds(600)) } }
        while slots.occupancy.used + slots.occupancy.waiting < before.used + before.waiting + lanes.count {
            await Task.yield()
        }
        return tasks
    }

    /// The shapes of a tarpit: 90 names with eight addresses each, of one zone or of 90, in one network or in 90, or in
    /// one of its own each; or ten of both.
    @Test(.rules("F-120", "F-127"), arguments: [(1, 1), (90, 1), (1, 90), (10, 10), (90, 90)])
    func aTarpitLeavesRoom(_ zones: Int, _ networks: Int) async {
        let slots = ProbeSlots(512)
        let attack = (0..<720).map { Self.lane("tarpit\($0 / 8 % zones).example", UInt32($0 / 8 % networks)) }
        let tasks = await Self.fill(slots, attack)
        if zones == 1 || networks == 1 { #expect(slots.held <= 256) }
        // Hosts beside it that answer: whoever comes has a slot, none of which comes from the tarpit.
        for number in 0..<200 {
            let good = Self.lane("good\(number).example", 1000 + UInt32(number % 20))
            #expect(await slots.acquire(for: good, within: .zero) == .granted)
            slots.release(good)
        }
        // In the tarpit's own network too, unless all of that is the tarpit's.
        if zones == 1 {
            let neighbour = Self.lane("neighbour.example", 0)
            #expect(await slots.acquire(for: neighbour, within: .zero) == .granted)
            slots.release(neighbour)
        }
        let occupancy = slots.occupancy
        #expect(occupancy.used + occupancy.waiting == 720 && occupancy.limit == 512)
        if zones == 1 { #expect(occupancy.foremost == "tarpit0.example" && occupancy.foremostCount == 720) }
        if zones > 1, networks == 1 { #expect(occupancy.foremost == "0.0.0.0/24") }
        slots.close()
        for task in tasks { _ = await task.value }
    }

    /// So many zones and networks that all slots are taken: who comes new has the next one.
    @Test(.rules("F-120")) func theNextSlotIsForWhoHasNone() async {
        let slots = ProbeSlots(64)
        let attack = (0..<29).map { Self.lane("tarpit\($0).example", UInt32($0)) }
        // Two each as long as there are more than an eighth, and then one each.
        for lane in attack + attack.prefix(26) { #expect(await slots.acquire(for: lane, within: .zero) == .granted) }
        for number in 0..<9 {
            let lane = Self.lane("other\(number).example", 100 + UInt32(number))
            #expect(await slots.acquire(for: lane, isVouched: number >= 5, within: .zero) == .granted)
        }
        #expect(slots.held == 64)
        let more = await Self.fill(slots, attack + attack)
        let good = await Self.fill(slots, (0..<5).map { Self.lane("good\($0).example", 1000 + UInt32($0)) })
        // Four are left to those who are vouched for.
        for lane in attack.prefix(9) { slots.release(lane) }
        for task in good { #expect(await task.value == .granted) }
        #expect(slots.occupancy.waiting == 58 && slots.held == 60)
        slots.close()
        for task in more { #expect(await task.value == .closed) }
    }

    /// How many zones in as many networks it takes to fill the slots, each with as much to ask for as it likes. Up to
    /// 480 of them, strangers still find a slot. A host that was authenticated before finds one beside any number of
    /// zones whose hosts were not.
    @Test(.rules("F-127"), arguments: [(100, true), (256, true), (447, true), (480, false), (2000, false)])
    func howManyItTakes(_ zones: Int, isOpen: Bool) async {
        let slots = ProbeSlots(512)
        for number in 0..<(zones * 8) {
            _ = await slots.acquire(for: Self.lane("t\(number % zones).example", UInt32(number % zones)), within: .zero)
        }
        for number in 0..<32 {
            let good = Self.lane("good\(number).example", 100_000 + UInt32(number))
            #expect(await slots.acquire(for: good, within: .zero) == (isOpen ? .granted : .timedOut))
            if isOpen { slots.release(good) }
            // All at once.
            #expect(await slots.acquire(for: good, isVouched: true, within: .zero) == .granted)
        }
        #expect(slots.held >= min(zones, 480) && slots.held <= 512)
    }

    /// Waits that end leave nothing behind.
    @Test func waitersThatAreGoneAreForgotten() async {
        let slots = ProbeSlots(1)
        let lane = Self.lane("one.example", 1)
        #expect(await slots.acquire(for: lane, within: .zero) == .granted)
        let tasks = await Self.fill(slots, Array(repeating: lane, count: 20))
        for task in tasks.reversed() { task.cancel() }
        for task in tasks { #expect(await task.value == .cancelled) }
        #expect(slots.occupancy == .init(used: 1, limit: 1, foremost: "one.example", foremostCount: 1))
        slots.release(lane)
        #expect(slots.occupancy == .init(limit: 1))
    }
}
