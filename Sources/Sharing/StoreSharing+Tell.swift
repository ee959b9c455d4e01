import DANE
package import Inspection
import Logging
import RESP
import Records
import Store
import Support
package import Verdicts

extension StoreSharing {
    /// How long the store may take with what is written: nobody waits.
    static let writing = Duration.seconds(1)

    /// How long an order to look anew counts.
    static let orderTime = Duration.seconds(60)

    package func ended(_ key: VerdictKey, _ kept: KeptVerdict?, _ claim: SharedClaim?, isOrdered: Bool) {
        if let kept, let known = claim?.known { compare(kept, known, key) }
        guard kept != nil || claim?.lock != nil else { return }
        let news = VerdictTelling(key: key, kept: kept, lock: claim?.lock, isOrdered: isOrdered)
        guard client.isReady else { return owe(.verdict(news)) }
        yield(.verdict(news), to: key.destination.hashValue)
    }

    /// Remembers what is over by what could not be told.
    private func owe(_ news: Telling) {
        switch news {
        case .verdict(let found): if let kept = found.kept { owed.note(Self.ended(by: kept)) }
        case .takenBack(let subjects): owed.note(subjects)
        case .finding: break
        }
    }

    /// Has something told in the lane of its subject.
    func yield(_ news: Telling, to subject: Int) {
        let lane = telling[Int(subject.magnitude % UInt(telling.count))]
        guard case .dropped = lane.yield(news) else { return }
        tally.noteUntold()
        owe(news)
    }

    /// Tells what has been found, until it is cancelled.
    func tellOthers() async {
        await withTaskGroup(of: Void.self) { group in
            for lane in tellings { group.addTask { await self.tell(all: lane) } }
        }
    }

    /// Tells what comes in a lane, one after the other, so that nothing newer is overwritten.
    private func tell(all lane: AsyncStream<Telling>) async {
        for await news in lane {
            guard client.isReady else {
                owe(news)
                continue
            }
            let telling: VerdictTelling
            switch news {
            case .verdict(let found): telling = found
            case .finding(let report):
                await tell(report)
                continue
            case .takenBack(let subjects):
                await takeBackFaults(subjects)
                continue
            }
            if let kept = telling.kept, await !tell(telling.key, kept, isOrdered: telling.isOrdered) { owe(news) }
            guard let lock = telling.lock else { continue }
            _ = try? await client.run(
                Self.unlock, keys: [Array(keys(telling.key).lock.utf8)], arguments: [lock], within: Self.writing)
        }
    }

    /// Writes what this host has found, and since when.
    ///
    /// - Returns: Whether the store has answered.
    private func tell(_ key: VerdictKey, _ kept: KeptVerdict, isOrdered: Bool) async -> Bool {
        guard let now = await storeTime(), let service = service.withLock({ $0 }) else { return false }
        let over = Self.ended(by: kept).map { (subject: $0, at: ContinuousClock.now) }
        let keys = keys(key)
        let faults = service.keeper.faults
        var commands: [RESPCommand] = []
        var sighting: (subject: FaultBook.Subject, name: String)?
        switch kept.verdict.outcome.defaultRuling {
        case .accept, .reject: commands.append(RESPCommand("DEL", keys.fault, keys.doubt))
        case .deferThenReject:
            commands.append(RESPCommand("DEL", keys.doubt))
            sighting = (.destination(key.destination), keys.fault)
        case .tempfail: sighting = (.doubt(key.destination), keys.doubt)
        }
        if let sighting, clock.disagreement == nil, faults.knows(sighting.subject) {
            commands += first(sighting.name, now - faults.failingFor(sighting.subject).milliseconds)
        }
        let verdict = verdict(key, kept, now)
        if let verdict { commands.append(verdict) }
        // Behind the verdict, so that whoever looks anew finds it.
        if isOrdered, let command = order(keys, now) { commands.append(command) }
        guard let answers = try? await client.answers(to: commands, within: Self.writing) else { return false }
        if verdict != nil { tally.noteTold() }
        if answers.first?.error == nil { owed.settle(over) }
        // Who was first may have been another host, which began its inspection at the same time.
        guard let sighting, let place = commands.firstIndex(where: { $0.words.first == Array("GET".utf8) }) else {
            return true
        }
        let age = age(age(answers[place], at: sighting.name, now), of: sighting.subject)
        faults.note(othersHaveSeen: sighting.subject, for: age)
        return true
    }

    /// The command that writes a verdict; nil if it is not to be told.
    private func verdict(_ key: VerdictKey, _ kept: KeptVerdict, _ now: Int64) -> RESPCommand? {
        // Whether policy demands DANE is this host's own affair, and so is how long a lack of it is kept.
        guard SharedRecord.isTold(kept.verdict.outcome), !key.demandsDANE || kept.verdict.outcome.satisfiesDANE,
            !kept.verdict.isWithdrawn,
            let record = SharedRecord(
                kept.verdict, fresh: kept.fresh, stale: kept.stale,
                finder: kept.verdict.isForeign ? writers.name(of: kept.verdict.source) : nil, writer: options.writer,
                at: now, settings: options.settings), kept.fresh >= .seconds(1)
        else { return nil }
        let name = keys(key).verdict
        guard let bytes = record.sealed(seal, at: name) else { return nil }
        return RESPCommand(
            words: [Array("SET".utf8), Array(name.utf8), bytes, Array("PX".utf8)]
                + [Array(Self.milliseconds(kept.fresh).utf8)])
    }

    /// The command that has all others look anew; nil if it is too long.
    private func order(_ keys: SharedKeys, _ now: Int64) -> RESPCommand? {
        let record = SharedRecord(writer: options.writer, at: now, settings: options.settings)
        guard let bytes = record.sealed(seal, at: keys.recheck) else { return nil }
        return RESPCommand(
            words: [Array("SET".utf8), Array(keys.recheck.utf8), bytes, Array("PX".utf8)]
                + [Array(Self.milliseconds(Self.orderTime).utf8)])
    }

    /// The commands that write a first sighting, unless there is one, and read the one there is.
    private func first(_ name: String, _ time: Int64) -> [RESPCommand] {
        let record = SharedRecord(writer: options.writer, at: max(0, time), settings: options.settings)
        guard let bytes = record.sealed(seal, at: name) else { return [] }
        let memory = Self.milliseconds(options.memory())
        let words = [Array("SET".utf8), Array(name.utf8), bytes] + ["NX", "PX", memory].map { Array($0.utf8) }
        return [
            RESPCommand(words: words),
            RESPCommand("PEXPIRE", name, memory), RESPCommand("GET", name),
        ]
    }

    /// The store's time, in milliseconds; nil if it does not answer.
    func storeTime() async -> Int64? {
        if let time = clock.time() { return time }
        return clock.take(try? await client.answer(to: RESPCommand("TIME"), within: Self.writing))
    }

    /// Holds what this host has found to what another one has said.
    private func compare(_ kept: KeptVerdict, _ known: SharedVerdict, _ key: VerdictKey) {
        let (own, other) = (kept.verdict, known.verdict)
        // A failure heals, and a doubt proves nothing. What counts is a good verdict on a destination that is broken,
        // or that lacks the DANE which policy demands.
        guard key.allows(other), !own.outcome.isDoubt else { return }
        let isDifferent = !key.allows(own)
        tally.noteCheck(isDifferent: isDifferent)
        guard isDifferent else { return writers.noteRight(other.source) }
        disbelieve([other.source, known.finder].filter { $0 != 0 })
        let finder = known.finder == 0 ? nil : writers.name(of: known.finder)
        log.event(
            .error, repeated: "shared-difference",
            LogLine(event: "shared").adding("result", "difference").adding("host", writers.name(of: other.source))
                .adding("finder", finder)
                .adding("domain", kept.destination.text(standard: 25)).adding("theirs", other.outcome.rawValue)
                .adding("ours", own.outcome.rawValue).adding("age", DurationText.brief(known.age))
                .adding("cause", own.cause))
    }

    /// Believes these hosts no more until they have been right many times, and drops what others have found: it may
    /// rest on what these have, which a kept verdict does not say. The store, where it is read again, does.
    func disbelieve(_ sources: [UInt16]) {
        let time = clock.lastTime() ?? .max
        for source in sources { writers.noteWrong(source, at: time) }
        service.withLock { $0 }?.keeper.withdrawForeign()
    }
}
