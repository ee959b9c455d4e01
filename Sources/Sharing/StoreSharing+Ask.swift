package import Inspection
import RESP
import Store
import Support
package import Verdicts

extension StoreSharing {
    /// Frees a lock if it is still ours, or removes another value that is still the same.
    static let unlock = StoreScript(
        "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0")
    /// How long the store is left alone between two looks for the result of another host.
    private static let pauses: [Duration] = [.milliseconds(50), .milliseconds(100), .milliseconds(200)]

    package func ask(about key: VerdictKey, _ occasion: SharedOccasion) async -> SharedAnswer {
        let keys = keys(key)
        guard client.isReady, let sight = await read(key.destination) else {
            tally.note(.unanswered)
            return .inspect(SharedClaim())
        }
        if let answer = answer(sight, key, occasion) { return answer }
        tally.note(.unknown)
        guard let lock = await lock(keys, since: sight) else {
            // The store has failed meanwhile.
            return .inspect(SharedClaim(ages: sight.ages))
        }
        if let answer = begun(lock, key, sight.ages, occasion) { return answer }
        if occasion == .renewal { return .underWay }
        tally.noteWait()
        return await wait(key, keys, sight.ages)
    }

    /// What comes of a lock; nil if another host has it.
    private func begun(
        _ lock: SharedLock, _ key: VerdictKey, _ ages: SharedAges, _ occasion: SharedOccasion
    ) -> SharedAnswer? {
        guard let token = lock.token else { return nil }
        let claim = SharedClaim(ages: ages, known: lock.verdict, lock: token)
        // The host that had the lock before may have told its verdict and freed it since the store was read.
        if occasion != .proof, let found = lock.verdict, key.allows(found.verdict),
            let answer = answer(SharedSight(verdict: found, ages: ages, isLocked: true), key, occasion),
            case .good = answer
        {
            ended(key, nil, claim, isOrdered: false)
            return answer
        }
        return .inspect(claim)
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

    /// What came of locking a destination.
    private struct SharedLock {
        /// What it is locked with; nil if another host has locked it.
        let token: [UInt8]?
        /// What others have told since the store was read.
        let verdict: SharedVerdict?
    }

    /// Locks a destination, and reads behind that what others have told meanwhile.
    ///
    /// - Parameter sight: What was read before.
    /// - Returns: nil if the store does not answer.
    private func lock(_ keys: SharedKeys, since sight: SharedSight) async -> SharedLock? {
        let token = Array("\(options.writer) \(UInt64.random(in: .min ... .max))".utf8)
        let command = RESPCommand(
            words: [Array("SET".utf8), Array(keys.lock.utf8), token, Array("NX".utf8), Array("PX".utf8)]
                + [Array(Self.milliseconds(options.lock()).utf8)])
        let commands = [command, RESPCommand("GET", keys.verdict)]
        guard let answers = try? await client.answers(to: commands, within: options.patience), answers.count == 2,
            answers[0].error == nil
        else { return nil }
        guard answers[0] != .null else { return SharedLock(token: nil, verdict: nil) }
        let isNew = answers[1] != sight.value
        return SharedLock(
            token: token,
            verdict: isNew ? clock.time().flatMap { verdict(answers[1], at: keys.verdict, $0) } : nil)
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
            guard let sight = await read(key.destination) else { break }
            ages = sight.ages
            if let answer = answer(sight, key, .recipient) { return answer }
            guard sight.isLocked == false else { continue }
            guard let lock = await lock(keys, since: sight) else { break }
            if let answer = begun(lock, key, ages, .recipient) { return answer }
        }
        return .inspect(SharedClaim(ages: ages))
    }
}
