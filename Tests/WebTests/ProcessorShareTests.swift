import Testing

@testable import Web

@Suite struct ProcessorShareTests {
    /// A thread that always has work of some milliseconds: what it has used after ten seconds.
    private func used(_ share: ProcessorShare, work: Double) -> Double {
        var share = share
        var (used, now) = (0.0, ContinuousClock.now)
        let end = now + .seconds(10)
        while now < end {
            used += work
            now += .seconds(work)
            if let pause = share.pause(used: used, at: now) { now += .microseconds(Int(pause)) }
        }
        return used
    }

    @Test(arguments: [0.0001, 0.002, 0.02, 0.1]) func aBusyThreadKeepsToItsPart(work: Double) {
        let used = used(ProcessorShare(part: 0.125, most: 0.25), work: work)
        // What was saved, an eighth of ten seconds, and the work that it was in.
        #expect(used >= 1.2 && used <= 0.25 + 1.25 + work + 0.01)
    }

    @Test func whoUsesLittlePausesNever() {
        var share = ProcessorShare(part: 0.125, most: 0.25)
        var (used, now) = (0.0, ContinuousClock.now)
        for _ in 0..<100 {
            used += 0.02
            now += .seconds(1)
            #expect(share.pause(used: used, at: now) == nil)
        }
    }

    @Test func aPauseIsBounded() {
        var share = ProcessorShare(part: 0.125, most: 0.25)
        #expect(share.pause(used: 1000, at: .now) == 1_000_000)
    }
}
