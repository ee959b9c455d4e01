package import Inspection
import RESP
import Store
import Support
package import Verdicts

extension StoreSharing {
    /// Frees a lock if it is still ours.
    static let unlock = StoreScript(
        "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0")
    /// How long the store is left alone between two looks for the result of another host.
    private static let pauses: [Duration] = [.milliseconds(50), .milliseconds(100), .milliseconds(200)]

    package func ask(about key: VerdictKey, _ occasion: SharedOccasion) async -> SharedAnswer {
        let keys = keys(key)
        guard client.isReady, let sight = await read(keys) else {
            tally.note(.unanswered)
            return .inspect(SharedClaim())
        }
        if let answer = answer(sight, key, occasion) { return answer }
        tally.note(.unknown)
        guard let lock = await lock(keys) else {
            // The store has failed meanwhile.
            return .inspect(SharedClaim(ages: sight.ages))
        }
        if !lock.isEmpty { return .inspect(SharedClaim(ages: sight.ages, lock: lock)) }
        if occasion == .renewal { return .underWay }
        tally.noteWait()
        return await wait(key, keys, sight.ages)
    }

    /// The answer if what stands in the store leads to one.
    private func answer(_ sight: SharedSight, _ key: VerdictKey, _ occasion: SharedOccasion) -> SharedAnswer? {
        let claim = SharedClaim(ages: sight.ages, known: sight.verdict)
        guard let found = sight.verdict else { return occasion == .proof ? .inspect(claim) : nil }
        guard key.allows(found.verdict) else {
            tally.note(.failure)
            return .inspect(claim)
        }
        guard occasion != .proof, isBelieved(found) else { return .inspect(claim) }
        tally.note(.used)
        let share = options.checkedShare
        return .good(found, isToBeChecked: share > 0 && Int.random(in: 0..<share) == 0)
    }

    /// Whether a verdict may be used without an inspection of our own.
    func isBelieved(_ found: SharedVerdict) -> Bool {
        writers.isBelieved(found.verdict.source) && (found.finder == 0 || writers.isBelieved(found.finder))
    }

    /// Locks a destination.
    ///
    /// - Returns: What it is locked with; empty if another host has locked it; nil if the store does not answer.
    private func lock(_ keys: SharedKeys) async -> [UInt8]? {
        let token = Array("\(options.writer) \(UInt64.random(in: .min ... .max))".utf8)
        let command = RESPCommand(
            words: [Array("SET".utf8), Array(keys.lock.utf8), token, Array("NX".utf8), Array("PX".utf8)]
                + [Array(Self.milliseconds(options.lock()).utf8)])
        guard let answer = try? await client.answer(to: command, within: options.patience) else { return nil }
        return answer == .null ? [] : token
    }

    /// Waits for the result of another host. If it does not come in half of the time that a recipient has, or the other
    /// host gives up, this one inspects.
    private func wait(_ key: VerdictKey, _ keys: SharedKeys, _ ages: SharedAges) async -> SharedAnswer {
        let end = ContinuousClock.now + options.wait()
        var ages = ages
        var turn = 0
        while !Task.isCancelled, ContinuousClock.now < end {
            let pause = min(Self.pauses[min(turn, Self.pauses.count - 1)], end - ContinuousClock.now)
            await waits.wait(for: keys.verdict, atMost: pause)
            turn += 1
            guard let sight = await read(keys) else { break }
            ages = sight.ages
            if let answer = answer(sight, key, .recipient) { return answer }
            guard sight.isLocked == false else { continue }
            guard let lock = await lock(keys) else { break }
            if !lock.isEmpty { return .inspect(SharedClaim(ages: ages, lock: lock)) }
        }
        return .inspect(SharedClaim(ages: ages))
    }
}
