import ArgumentParser
import DANE
import Foundation
import Policy
import Records

/// `danegate trace`: which recipients were refused or would have been, and why.
struct TraceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace", abstract: "Show who was refused, or would have been, and why.",
        discussion: """
            The latest recipients that pass all the filters, the newest at the bottom; a code in brackets was given to \
            nobody, because the mail was only monitored. A narrow terminal gets the columns that matter most; a file \
            or a pipe gets all of them. A word is taken for what it looks like: an address of a recipient, a domain, \
            an address of a client, an id, or a text with an id in it. --domain takes the domain of a recipient or a \
            next hop, and .example.org for what is below \
            it. --since and --until take a date in ISO 8601, or a time ago: 30m, 2h, 7d. --id takes an id with or \
            without its brackets, a whole reply or line of the log with an id in it, or the first letters of an id if \
            they are those of one recipient. Addresses may be given as they stand in the log, \\xfc for a byte that is \
            no text. If nobody matches, a sentence says so, and since when there is a trace; filters that can match \
            nobody at all are refused. Exits 0, also if there are none; 1 if no recipient has the id, 64 on usage, \
            66 if there \
            is no trace, 69 if a host of --hosts has not answered.
            """)

    @OptionGroup var options: SettingsOptions
    @OptionGroup var site: HostsOptions
    @Option(help: "The recipient's address.") var recipient: String?
    @Option(help: "The sender's address; <> for the null sender.") var sender: String?
    @Option(help: "The domain of recipient or next hop; .example.org for its subdomains.") var domain: String?
    @Option(help: "The client's address.") var client: String?
    @Option(help: "The outcome: tlsa-invalid, for instance.", completion: .list(Outcome.allCases.map(\.rawValue)))
    var outcome: String?
    @Option(
        help: "What was done, or would have been: accept, tempfail or reject.",
        completion: .list(Ruling.Action.allCases.map(\.rawValue)))
    var ruling: String?
    @Option(help: "The first moment.") var since: String?
    @Option(help: "The moment after the last.") var until: String?
    @Option(
        help:
            """
            The id in a reply or log line, its beginning, or the whole reply: shows the recipient, and the inspection \
            behind it.
            """
    )
    var id: String?
    @Option(help: "The most that are shown; 0 for all. By default 100, and 10 before --follow.") var limit: Int?
    @Flag(help: "Go on with those that come, until interrupted.") var follow = false
    @Flag(help: "Print one JSON object per recipient, one per line.") var json = false
    @Flag(help: "In JSON, with the inspection itself and not its number.") var inspection = false
    @Argument(
        help: ArgumentHelp(
            "An address, a domain or an id, or a reply or log line with an id in it.", valueName: "word"))
    var words: [String] = []

    func run() throws {
        let filter = try self.filter()
        if let limit, limit < 0 { throw ExitError(EX_USAGE, "--limit \(limit): must be 0 or more.") }
        guard !site.isUsed else { return try showSite(filter) }
        let settings = try options.read().settings
        try show(filter, TraceReader(settings), settings)
    }

    private func filter() throws(TraceFilterError) -> TraceFilter {
        var filter = TraceFilter()
        filter.sender = sender
        if let recipient { try filter.take(recipient: recipient) }
        if let client { try filter.take(client: client) }
        if let domain { try filter.take(domain: domain) }
        if let outcome { try filter.take(outcome: outcome) }
        if let ruling { try filter.take(ruling: ruling) }
        if let id { try filter.take(id: id) }
        if let since { filter.since = try TraceFilter.moment(since, option: "--since") }
        if let until { filter.until = try TraceFilter.moment(until, option: "--until") }
        if !words.isEmpty { try filter.take(TraceSubject(words)) }
        try filter.check(follows: follow)
        return filter
    }

    private func show(_ filter: TraceFilter, _ reader: TraceReader, _ settings: Settings) throws {
        let most = limit ?? (follow ? 10 : 100)
        var last: Int64 = follow ? try reader.lastID() : 0
        // One more than asked for, to find out whether there are more.
        var numbers = try reader.numbers(filter, limit: most == 0 || most == .max ? nil : most + 1)
        if let id = filter.id, !id.isWhole, numbers.count > 1, !follow { throw try several(numbers, reader) }
        let isCut = most > 0 && numbers.count > most
        if isCut { numbers.removeFirst() }
        last = max(last, numbers.max() ?? 0)
        var table = TraceTableText(width: Terminal.width)
        var isFirst = true
        let isOne = filter.id != nil
        try reader.rows(numbers, isWhole: isOne || inspection) { rows in
            try put(rows, &table, isFirst: isFirst, isOne: isOne)
            isFirst = false
        }
        if numbers.isEmpty, !follow {
            let sentence = try reader.extent().sentence(filter, settings)
            guard !isOne else { throw ExitError(1, ["no recipient of the trace has this id.", sentence]) }
            StandardDescriptors.tell([sentence], isError: false)
        }
        if isCut, !follow {
            StandardDescriptors.tell(["these are the latest \(most); --limit shows more."], isError: false)
        }
        guard follow else { return }
        Terminal.endOnSignals()
        while !Terminal.isReaderGone(within: 500) {
            // A file that is gone, or was replaced, comes back with the daemon.
            guard let newest = try? reader.lastID() else { continue }
            if newest < last { last = 0 }
            guard newest > last, let numbers = try? reader.numbers(filter, limit: 10_000, after: last) else { continue }
            do {
                try reader.rows(numbers, isWhole: isOne || inspection) { rows in
                    try put(rows, &table, isFirst: isFirst, isOne: isOne)
                    isFirst = false
                    last = rows.last?.id ?? last
                }
            } catch is TraceReaderError {
                continue
            } catch let error as ExitError {
                // Whoever read the output has gone, which ends what would go on for ever.
                StandardDescriptors.tell(error.sentences)
                throw ExitCode.success
            }
            last = numbers.count < 10_000 ? max(newest, numbers.last ?? 0) : numbers.last ?? newest
        }
    }

    /// Lists several ids with the same beginning.
    private func several(_ numbers: [Int64], _ reader: TraceReader) throws -> ExitError {
        var ids: [String] = []
        try reader.rows(Array(numbers.suffix(5)), isWhole: false) { ids += $0.map(\.trace) }
        let more = numbers.count > ids.count ? " and others" : ""
        return ExitError(
            EX_USAGE, "more than one id begins so: \(ids.joined(separator: ", "))\(more); give more of it.")
    }

    private func put(_ rows: [TraceRow], _ table: inout TraceTableText, isFirst: Bool, isOne: Bool) throws {
        if json {
            for row in rows { try StandardDescriptors.put(row.json(isWhole: isOne || inspection)) }
        } else if isOne {
            for row in rows { try StandardDescriptors.put(row.text) }
        } else if !rows.isEmpty {
            for line in table.lines(rows, isFirst: isFirst) { try StandardDescriptors.put(line) }
        }
    }
}
