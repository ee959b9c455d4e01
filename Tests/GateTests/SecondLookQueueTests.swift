import DANE
import DNSSEC
import RuleMarks
import Synchronization
import Testing

@testable import Inspection

/// Whose turn it is to be looked at again, and with what.
@Suite(.timeLimit(.minutes(1))) struct SecondLookQueueTests {
    /// A resolver that notes how often it was emptied.
    private final class Kept: Resolving {
        let emptied = Atomic(0)
        let tests = Atomic(0)

        func mx(_ name: DomainName) async -> Answer<MXRecord> { .absent }
        func ipv4(_ name: DomainName) async -> Answer<IPAddress> { .absent }
        func ipv6(_ name: DomainName) async -> Answer<IPAddress> { .absent }
        func tlsa(_ owner: DomainName) async -> Answer<TLSARecord> { .absent }
        func cname(_ name: DomainName) async -> Answer<DomainName> { .absent }
        func signatures(_ name: DomainName, _ type: SignedType) async -> Answer<SignatureExpiry> {
            .unsignedAbsent
        }
        func selfTest(_ parts: Set<ResolverHealth.Part>) async -> ResolverHealth {
            tests.add(1, ordering: .relaxed)
            return .good
        }
        func pastCaches() throws(ResolverError) -> any Resolving { self }
        func emptyCaches() async throws(ResolverError) { emptied.add(1, ordering: .relaxed) }
    }

    /// The resolvers that a queue has had made.
    private final class Made: Sendable {
        let all = Mutex<[Kept]>([])

        func make() -> any Resolving {
            let kept = Kept()
            all.withLock { $0.append(kept) }
            return kept
        }

        var count: Int { all.withLock { $0.count } }
        var emptied: Int { all.withLock { $0.reduce(0) { $0 + $1.emptied.load(ordering: .relaxed) } } }
    }

    private func queue(_ made: Made, _ change: (inout SecondLookQueue.Bounds) -> Void = { _ in }) -> SecondLookQueue {
        var bounds = SecondLookQueue.Bounds()
        bounds.pace = .zero
        change(&bounds)
        return SecondLookQueue(bounds: bounds) { () throws(ResolverError) in made.make() }
    }

    private func path(_ name: String) -> LanePath { LanePath(of: name) }

    /// Each look has a resolver that was empty when it set out, and there are no more of them than there may be.
    @Test(.rules("F-110")) func aResolverServesNobodyWhoComesLater() async {
        let made = Made()
        let queue = queue(made)
        for turn in 0..<20 {
            let emptied = await queue.look(at: path("n\(turn).example.org")) { ticket -> Int? in
                guard case .open(let resolver) = ticket, let kept = resolver as? Kept else { return nil }
                // Once for itself, after each of those before: nobody else has been here since.
                return kept.emptied.load(ordering: .acquiring) * 100 + kept.tests.load(ordering: .acquiring)
            }
            // Emptied so often, and tried once more than that.
            let count = (emptied ?? nil) ?? -1
            #expect(count / 100 + 1 == count % 100, "\(count)")
        }
        #expect(made.count <= 8)
        while made.emptied < 20 { await Task.yield() }
    }

    /// Looks at one zone that do not end hold up their own: others have their turns.
    @Test(.rules("F-110")) func aZoneThatIsSlowHoldsUpItself() async {
        let made = Made()
        let queue = queue(made)
        let door = Turnstile()
        await withTaskGroup(of: Bool?.self) { group in
            for number in 0..<300 {
                group.addTask { [queue] in
                    await queue.look(at: LanePath(of: "n\(number).slow.example")) { _ in
                        await door.pass()
                        return false
                    }
                }
            }
            while queue.occupancy.waiting < 200 { await Task.yield() }
            // Its part of a resolver, in so many resolvers.
            #expect(door.begun <= 32)
            var good = 0
            for number in 0..<60 {
                if await queue.look(at: path("good\(number).example"), { _ in true }) == true { good += 1 }
            }
            #expect(good == 60)
            let occupancy = queue.occupancy
            #expect(occupancy.used <= 2 && occupancy.limit == 8)
            #expect(occupancy.foremost == "slow.example" && occupancy.foremostCount == occupancy.waiting)
            door.open()
            var ended = 0
            for await result in group where result == false { ended += 1 }
            #expect(ended == 300)
        }
        #expect(queue.occupancy.waiting == 0)
        #expect(made.count <= 8)
    }

    /// When all resolvers are held up for long, they are let go of.
    @Test func resolversThatAreHeldUpAreLetGoOf() async {
        let queue = queue(Made()) { bounds in
            bounds.resolvers = 3
            bounds.patience = .milliseconds(50)
        }
        await withTaskGroup(of: Bool?.self) { group in
            for number in 0..<3 {
                group.addTask { [queue] in
                    await queue.look(at: LanePath(of: "slow\(number).example")) { _ in
                        try? await Task.sleep(for: .seconds(3600))
                        return Task.isCancelled
                    }
                }
                while queue.occupancy.used < number + 1 { await Task.yield() }
            }
            #expect(await queue.look(at: path("good.example")) { _ in true } == true)
            // One at least has made room for it; the others may go on, since nobody waits any more.
            #expect(await group.next() == true)
            group.cancelAll()
        }
    }

    /// When too many wait, those go that have most, and are told so; and who gives up has no turn.
    @Test func onlySoManyWaitAndWhoHasMostGoes() async {
        let queue = queue(Made()) { bounds in
            bounds.resolvers = 1
            bounds.waiting = 10
        }
        let door = Turnstile()
        let turned = Count()
        @Sendable func look(_ name: String) async -> Bool? {
            let result = await queue.look(at: LanePath(of: name)) { _ in true }
            if result == nil { turned.add() }
            return result
        }
        let first = Task { await queue.look(at: LanePath(of: "first.example")) { _ in await door.pass() } }
        while door.begun == 0 { await Task.yield() }
        let crowd = (0..<30).map { number in Task { await look("n\(number).crowd.example") } }
        while turned.value < 20 { await Task.yield() }
        let other = Task { await look("other.example") }
        while turned.value < 21 { await Task.yield() }
        let given = Task { await look("given.example") }
        while turned.value < 22 { await Task.yield() }
        given.cancel()
        #expect(await given.value == nil)
        door.open()
        #expect(await other.value == true)
        await first.value
        for task in crowd { _ = await task.value }
        #expect(queue.occupancy.waiting == 0)
    }

    private final class Count: Sendable {
        private let count = Atomic(0)
        var value: Int { count.load(ordering: .relaxed) }
        func add() { count.add(1, ordering: .relaxed) }
    }
}
