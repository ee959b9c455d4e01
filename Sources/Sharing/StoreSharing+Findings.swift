import DANE
package import Inspection
import Logging
import Probe
import RESP
import Records
import Store
import Support

/// What hosts find by probes. Only what is good is told: a fault is proven by a connection of one's own.
extension StoreSharing: ReportJournal {
    /// Tells the others what was found about a server. It does not wait.
    package func kept(_ report: KeptReport) {
        guard client.isReady, report.target.offer == .any, !report.records.isEmpty else { return }
        switch report.end {
        case .notProbed, .crowded, .withheld, .foreign, .unreachable, .tlsFailed: return
        case .startTLSNotOffered, .startTLSRefused, .secured: break
        }
        yield(.finding(report), to: report.target.hashValue)
    }

    /// Writes that a server was authenticated, or takes back what stands about it because it was not.
    func tell(_ report: KeptReport) async {
        let name = SharedKeys.finding(report.target, report.records, options.realm)
        switch authentication(report.target, report.end, report.records) {
        case .unknown: return
        case .bad: _ = try? await client.answer(to: RESPCommand("DEL", name), within: Self.writing)
        case .good(let proof):
            let left = report.lifetime - report.age
            guard left >= .seconds(1), let now = await storeTime(),
                let bytes = SharedRecord(
                    proof, lifetime: report.lifetime, writer: options.writer,
                    at: max(0, now - report.age.milliseconds), settings: options.settings)?.sealed(seal, at: name)
            else { return }
            let words =
                [Array("SET".utf8), Array(name.utf8), bytes] + ["PX", Self.milliseconds(left)].map { Array($0.utf8) }
            guard (try? await client.answer(to: RESPCommand(words: words), within: Self.writing)) != nil else { return }
            tally.noteFindingTold()
        }
    }

    /// What another host has found about a server, if that may be used; nil also if the store does not answer soon.
    func finding(_ target: ProbeTarget, publishing records: [TLSARecord]) async -> SharedFinding? {
        guard client.isReady, target.offer == .any else { return nil }
        let name = SharedKeys.finding(target, records, options.realm)
        let commands = [RESPCommand("TIME"), RESPCommand("GET", name)]
        guard let answers = try? await client.answers(to: commands, within: options.patience), answers.count == 2,
            let now = clock.take(answers[0]), let record = record(answers[1], at: name, now)
        else { return nil }
        guard let source = writers.number(of: record.w, writing: record.t) else {
            tally.note(.writer)
            return nil
        }
        let date = max(now / 1000, unixTime())
        guard let foreign = record.finding(source, among: records, at: date) else {
            // Its certificate may have expired since.
            tally.note(record.u ?? date < date ? .time : .form)
            return nil
        }
        let age = Duration.milliseconds(max(0, now - record.t))
        guard writers.isBelieved(source), age < min(.seconds(record.f ?? 0), options.findingTime()) else { return nil }
        let share = options.checkedShare
        return SharedFinding(
            foreign: foreign, age: age, isToBeChecked: share > 0 && Int.random(in: 0..<share) == 0)
    }

    /// Whether a server has shown a fault.
    func showsFault(_ report: ProbeReport, _ target: ProbeTarget, _ records: [TLSARecord]) -> Bool {
        if case .bad = authentication(target, report.end, records) { true } else { false }
    }

    /// Holds what this host has seen of a server to what another one has said.
    func compare(_ target: ProbeTarget, _ report: ProbeReport, _ records: [TLSARecord], _ found: SharedFinding) {
        let source = found.foreign.source
        switch authentication(target, report.end, records) {
        // Whoever cannot be reached proves nothing.
        case .unknown: return
        case .good:
            tally.noteCheck(isDifferent: false)
            writers.noteRight(source)
        case .bad(let outcome, let cause):
            // Whose clock may be wrong sees expired certificates where there are none.
            guard clock.disagreement == nil else { return }
            tally.noteCheck(isDifferent: true)
            disbelieve([source])
            log.event(
                .error, repeated: "shared-difference",
                LogLine(event: "shared").adding("result", "difference").adding("host", found.foreign.writer)
                    .adding("mx", target.serverName.description).adding("address", target.address.description)
                    .adding("theirs", Outcome.verified.rawValue).adding("ours", outcome.rawValue)
                    .adding("age", DurationText.brief(found.age)).adding("cause", cause))
        }
    }

    private func authentication(
        _ target: ProbeTarget, _ end: ProbeReport.End, _ records: [TLSARecord]
    ) -> HostAuthentication {
        HostAuthentication(end, records, of: target.serverName, options.expiredEE, at: unixTime())
    }
}
