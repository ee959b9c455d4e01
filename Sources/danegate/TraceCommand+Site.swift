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
        // An inspection has at most 64 KB, before it is escaped.
        let bytes = min(32 << 20, 1 << 20 + limit * (isWhole ? 96 << 10 : 8 << 10))
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
        var arguments = ["--json", "--limit=\(limit)"]
        func add(_ name: String, _ value: String?) { if let value { arguments.append("--\(name)=\(value)") } }
        add("recipient", recipient)
        add("sender", sender)
        add("domain", domain)
        add("client", client)
        add("outcome", outcome)
        add("ruling", ruling)
        add("since", since)
        add("until", until)
        if inspection { arguments.append("--inspection") }
        // Of a pasted reply the id is enough.
        add("id", filter.id?.text)
        return filter.id == nil && !words.isEmpty ? arguments + ["--"] + words : arguments
    }
}
