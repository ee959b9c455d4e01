import Milter
import Testing

@testable import Gate
@testable import Support

/// How descriptors are shared out, held back and counted.
@Suite struct DescriptorBudgetTests {
    private static func budget(
        _ limit: Int, contexts: Int = 1, probes: Int = 512
    ) throws(DescriptorShortageError) -> DescriptorBudget {
        try DescriptorBudget(limit: limit, contexts: contexts, probes: probes, reserve: DescriptorReserve.size)
    }

    @Test(
        arguments: [350, 400, 512, 700, 1024, 2048, 4096, 12_000, 20_000, 65_536, 1 << 20],
        [(1, 512), (4, 512), (4, 0), (2, 5000)])
    func thePartsStayBelowTheLimit(limit: Int, wishes: (contexts: Int, probes: Int)) throws {
        let budget = try Self.budget(limit, contexts: wishes.contexts, probes: wishes.probes)
        #expect(budget.sum <= limit)
        #expect(budget.connectionLimits.descriptors <= budget.connections)
        #expect(budget.connectionLimits.connections >= 20)
        #expect(budget.lookups >= 56 * budget.contexts && budget.contexts <= wishes.contexts)
        #expect(budget.probes <= wishes.probes && (budget.probes > 0) == (wishes.probes > 0))
        #expect(budget.isScaledDown == (limit < budget.wanted))
    }

    /// The page has a tenth, or the least that works, and all stays below the limit.
    @Test(arguments: [512, 700, 1024, 4096, 20_000, 1 << 20]) func thePageHasATenth(limit: Int) throws {
        func budget(hasPage: Bool) throws -> DescriptorBudget {
            try DescriptorBudget(
                limit: limit, contexts: 1, probes: 512, reserve: DescriptorReserve.size, doors: 1, hasPage: hasPage)
        }
        let (with, without) = (try budget(hasPage: true), try budget(hasPage: false))
        #expect(with.sum <= limit && without.page == .init())
        #expect(with.page.lookups >= 56 && with.page.secondLooks >= 36 && with.page.probes >= 8)
        #expect(with.page.probes <= 51 && with.page.lookups <= max(56, with.lookups / 8))
        #expect(with.isScaledDown == (limit < with.wanted))
    }

    /// At the limit of a package, with room for what MTAs have been seen to hold open.
    @Test(arguments: [12_000, 16_384, 65_536]) func manyConnectionsHaveAPlace(limit: Int) throws {
        #expect(try Self.budget(limit).connectionLimits.connections > 5000)
    }

    @Test(arguments: [3, 64, 256, 330]) func tooLowALimitIsRefused(limit: Int) {
        let error = #expect(throws: DescriptorShortageError.self) { try Self.budget(limit) }
        #expect(error?.sentence.contains("may open \(limit) files") == true, "\(String(describing: error))")
    }

    @Test func whatIsHeldIsThereWhenItIsLent() {
        let reserve = DescriptorReserve()
        #expect(reserve.fill() == 0 && !reserve.isLent)
        let opened = reserve.lend { (reserve.isLent, (0..<DescriptorReserve.loan).count { _ in true }) }
        #expect(opened?.0 == true && opened?.1 == DescriptorReserve.loan)
        #expect(!reserve.isLent)
    }

    @Test func anAccountGivesNoMoreThanItHas() {
        let account = DescriptorAccount(limit: 100)
        #expect(account.take(60) && !account.take(41) && account.take(40) && !account.take(1))
        account.give(60)
        #expect(account.used == 40 && account.take(60))
    }

    @Test func anAccountIsSharedByManyThreads() async {
        let account = DescriptorAccount(limit: 50)
        let most = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var most = 0
                    for _ in 0..<2000 where account.take(20) {
                        most += 1
                        account.give(20)
                    }
                    return most
                }
            }
            return await group.reduce(0, +)
        }
        #expect(most > 0 && account.used == 0)
    }
}
