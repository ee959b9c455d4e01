import DANE
import Inspection
import RESP
import Store
import Support
import Verdicts

extension StoreSharing {
    /// Reads what stands about a destination; nil if the store does not answer as it should.
    func read(_ destination: Destination) async -> SharedSight? {
        let keys = SharedKeys(destination, realm: options.realm)
        let names = [keys.verdict, keys.fault, keys.doubt, keys.lock]
        let commands = [RESPCommand("TIME"), Self.command(["MGET"] + names)]
        guard let answers = try? await client.answers(to: commands, within: options.patience), answers.count == 2,
            let now = clock.take(answers[0]), let values = answers[1].elements, values.count == names.count
        else { return nil }
        return SharedSight(
            value: values[0], verdict: verdict(values[0], at: keys.verdict, now),
            ages: SharedAges(
                fault: age(age(values[1], at: keys.fault, now), of: .destination(destination)),
                doubt: age(age(values[2], at: keys.doubt, now), of: .doubt(destination))),
            isLocked: values[3] != .null)
    }

    /// A command of words that are text.
    static func command(_ words: [String]) -> RESPCommand { RESPCommand(words: words.map { Array($0.utf8) }) }

    /// The verdict that was read; nil if there is none, or none that counts.
    ///
    /// - Parameter now: The store's time, in milliseconds.
    func verdict(_ value: RESPValue, at name: String, _ now: Int64) -> SharedVerdict? {
        guard let record = record(value, at: name, now) else { return nil }
        // It may rest on what a third host has found.
        let finder = record.q.map { writers.number(of: $0, writing: record.t) } ?? 0
        guard let source = writers.number(of: record.w, writing: record.t), let finder else {
            tally.note(.writer)
            return nil
        }
        guard let verdict = record.verdict(source: source) else {
            tally.note(.form)
            return nil
        }
        let age = Duration.milliseconds(max(0, now - record.t))
        let fresh = Duration.seconds(record.f ?? 0) - age
        guard fresh > .zero else { return nil }
        let stale = verdict.outcome.allowsDelivery ? Duration.seconds(record.e ?? 0) : .zero
        return SharedVerdict(verdict, age: age, fresh: fresh, stale: stale, finder: finder)
    }

    /// For how long others have seen what was read; zero if nothing counts.
    func age(_ value: RESPValue, at name: String, _ now: Int64) -> Duration {
        guard clock.disagreement == nil, let record = record(value, at: name, now) else { return .zero }
        return min(.milliseconds(max(0, now - record.t)), options.memory())
    }

    /// What was read, if one of us has written it, in this version, and not in the future.
    func record(_ value: RESPValue, at name: String, _ now: Int64) -> SharedRecord? {
        guard value != .null else { return nil }
        do throws(SharedRecord.Fault) {
            guard let bytes = value.bytes else { throw .form }
            let record = try SharedRecord(bytes, seal, at: name)
            if record.c != options.settings {
                tally.note(.settings)
            } else if record.t > now + options.leap.milliseconds {
                tally.note(.time)
            } else {
                return record
            }
        } catch {
            tally.note(error.refusal)
        }
        return nil
    }
}
