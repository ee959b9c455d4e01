import ArgumentParser
import Foundation
import Records
import Reports

extension TraceCommand {
    /// The most recipients of several hosts: their rows are put in order in memory.
    private static let most = 10_000

    /// Shows the recipients of all hosts of a site.
    ///
    /// - Parameter filter: What the options say, so that what is wrong with them is told once and not by each host.
    func showSite(_ filter: TraceFilter) throws {
        let limit = self.limit ?? 100
        guard !follow else { throw ExitError(EX_USAGE, "--follow is for one host: --hosts excludes it.") }
        guard (1...Self.most).contains(limit) else {
            throw ExitError(EX_USAGE, "--limit \(limit): must be from 1 to \(Self.most) with --hosts.")
        }
        let isOne = filter.id != nil
        let isWhole = isOne || inspection
        // One more than asked for, to find out whether there are more.
        var trace = SiteTrace(limit: limit + 1, id: filter.id?.text)
        var notes: [Int: [String]] = [:]
        let bytes = SiteTrace.bytes(limit, isWhole: isWhole)
        let lost = try site.ask(
            ["trace"], arguments(filter, limit: limit + 1), options, bytes: bytes, statuses: isOne ? [0, 1] : [0]
        ) { answer, index in
            guard !answer.isSilent else { throw SiteAnswerError.silence }
            try trace.take(answer, index)
            if answer.isEmpty { notes[index] = answer.notes.map { "\(answer.mta): \($0)" } }
        }
        var rows = trace.rows
        if let id = filter.id, !id.isWhole, Set(rows.map(\.trace)).count > 1 {
            throw ExitError(
                EX_USAGE,
                "more than one id begins so: \(rows.suffix(5).map(\.trace).joined(separator: ", ")); give more of it.")
        }
        let isCut = rows.count > limit
        if isCut { rows.removeFirst() }
        if json {
            for line in trace.lines.suffix(limit) { try StandardDescriptors.put(line) }
            for line in lost { try StandardDescriptors.put(line) }
        } else if isOne {
            for row in rows { try StandardDescriptors.put(row.text) }
        } else if !rows.isEmpty {
            var table = TraceTableText(width: Terminal.width, isOfSite: true)
            for line in table.lines(rows, isFirst: true) { try StandardDescriptors.put(line) }
        }
        // Where nobody matches, each host says why, and since when it has a trace.
        if rows.isEmpty {
            StandardDescriptors.tell(notes.sorted { $0.key < $1.key }.flatMap(\.value), isError: false)
        }
        if isCut { StandardDescriptors.tell(["these are the latest \(limit); --limit shows more."], isError: false) }
        guard lost.isEmpty else { throw HostsOptions.incomplete }
        guard !isOne || !rows.isEmpty else { throw ExitCode(1) }
    }

    /// The arguments for each host. Times ago are those of its own clock.
    private func arguments(_ filter: TraceFilter, limit: Int) -> [String] {
        SiteTrace.arguments(
            [
                "recipient": recipient, "sender": sender, "domain": domain, "client": client, "outcome": outcome,
                "ruling": ruling, "since": since, "until": until,
            ], words: words, id: filter.id, limit: limit, isWhole: inspection)
    }
}
