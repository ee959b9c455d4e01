import DANE
import RESP
import Store
import Support
package import Verdicts

/// What this host has seen failing while it could tell nobody.
extension StoreSharing {
    /// The most faults and doubts that are told, the oldest first.
    static let faultLimit = 20_000
    /// So many at once, with a pause: all hosts come back together.
    private static let faultBatch = 100
    private static let faultPause = Duration.milliseconds(20)
    /// How much older a sighting must be to take the place of another, in milliseconds: clocks are read one after the
    /// other.
    private static let faultLead = Duration.seconds(1)
    /// Writes a value in the place of what was read, for so long.
    private static let replacement = StoreScript(
        """
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end \
        redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) return 1
        """)

    /// A fault or a doubt of this host, and where it stands.
    private struct Sighting {
        let subject: FaultBook.Subject
        let keys: SharedKeys
        let name: String
        let sinceLast: Duration
    }

    /// Tells what this host has seen failing, whenever the store is back or has forgotten everything, until it is
    /// cancelled.
    func followReturns() async {
        for await _ in returns {
            // What has begun since must not be as old as what is over.
            await settleOwed()
            await tellFaults()
        }
    }

    private func tellFaults() async {
        guard let faults = service.withLock({ $0 })?.keeper.faults else { return }
        let known = faults.all().sorted { $0.fault.age + $0.fault.sinceLast > $1.fault.age + $1.fault.sinceLast }
        let sightings = known.compactMap { sighting($0.subject, $0.fault.sinceLast) }.prefix(Self.faultLimit)
        var rest = sightings[...]
        while !rest.isEmpty, client.isReady, !Task.isCancelled {
            await tell(Array(rest.prefix(Self.faultBatch)), faults)
            rest = rest.dropFirst(Self.faultBatch)
            try? await Task.sleep(for: Self.faultPause)
        }
    }

    /// Takes back what this host has told of faults and doubts, because the way to its DNS was at fault. Otherwise the
    /// next fault would be as old as what was none. It does not wait.
    package func takeBack(_ subjects: [FaultBook.Subject]) {
        guard !subjects.isEmpty else { return }
        guard client.isReady else { return owed.note(subjects) }
        yield(.takenBack(subjects), to: 0)
    }

    /// Removes sightings of this host. What another one has seen first stays.
    func takeBackFaults(_ subjects: [FaultBook.Subject]) async {
        var names = subjects.prefix(Self.faultLimit).compactMap(name)[...]
        while !names.isEmpty, let now = await storeTime() {
            let batch = Array(names.prefix(Self.faultBatch))
            names = names.dropFirst(Self.faultBatch)
            guard let seen = try? await client.answer(to: Self.command(["MGET"] + batch), within: Self.writing),
                let values = seen.elements, values.count == batch.count
            else { return }
            for (name, value) in zip(batch, values) {
                guard let bytes = value.bytes, record(value, at: name, now)?.w == options.writer else { continue }
                _ = try? await client.run(
                    Self.unlock, keys: [Array(name.utf8)], arguments: [bytes], within: Self.writing)
            }
            try? await Task.sleep(for: Self.faultPause)
        }
    }

    /// nil for what is not shared, or is forgotten.
    private func sighting(_ subject: FaultBook.Subject, _ sinceLast: Duration) -> Sighting? {
        guard sinceLast < options.memory() else { return nil }
        switch subject {
        case .destination(let destination), .doubt(let destination):
            guard let name = name(of: subject) else { return nil }
            let keys = SharedKeys(destination, realm: options.realm)
            return Sighting(subject: subject, keys: keys, name: name, sinceLast: sinceLast)
        case .policy: return nil
        }
    }

    /// Tells of some, unless others know that they are over.
    private func tell(_ sightings: [Sighting], _ faults: FaultBook) async {
        guard let now = await storeTime(), clock.disagreement == nil,
            let seen = try? await client.answer(
                to: Self.command(["MGET"] + sightings.map(\.keys.verdict)), within: Self.writing),
            let verdicts = seen.elements, verdicts.count == sightings.count
        else { return }
        let lasting = zip(sightings, verdicts).filter { sighting, value in
            // Who was cut off may not know that it is over: then it would be told as older than it is the next time.
            guard value != .null, let good = verdict(value, at: sighting.keys.verdict, now),
                good.verdict.outcome.allowsDelivery
            else { return faults.knows(sighting.subject) }
            return good.age > sighting.sinceLast && faults.knows(sighting.subject)
        }.map { $0.0 }
        var commands: [RESPCommand] = []
        var values: [[UInt8]] = []
        for sighting in lasting {
            let first = now - faults.failingFor(sighting.subject).milliseconds
            let record = SharedRecord(writer: options.writer, at: max(0, first), settings: options.settings)
            guard let bytes = record.sealed(seal, at: sighting.name) else { return }
            values.append(bytes)
            let words = [Array("SET".utf8), Array(sighting.name.utf8), bytes]
            commands.append(
                RESPCommand(words: words + ["NX", "PX", left(sighting)].map { Array($0.utf8) }))
            commands.append(RESPCommand("GET", sighting.name))
        }
        guard let answers = try? await client.answers(to: commands, within: Self.writing) else { return }
        for (place, sighting) in lasting.enumerated() {
            let value = answers[2 * place + 1]
            let (others, own) = (age(value, at: sighting.name, now), faults.failingFor(sighting.subject))
            faults.note(othersHaveSeen: sighting.subject, for: others)
            // Who writes first has seen it first, unless it was cut off.
            if own > others + Self.faultLead, let old = value.bytes {
                _ = try? await client.run(
                    Self.replacement, keys: [Array(sighting.name.utf8)],
                    arguments: [old, values[place], Array(left(sighting).utf8)], within: Self.writing)
            }
            // It may have ended meanwhile, and what was told of that is older.
            if !faults.knows(sighting.subject) {
                _ = try? await client.answer(to: RESPCommand("DEL", sighting.name), within: Self.writing)
            }
        }
    }

    /// For how long others are to know of it.
    private func left(_ sighting: Sighting) -> String {
        Self.milliseconds(options.memory() - sighting.sinceLast)
    }
}
