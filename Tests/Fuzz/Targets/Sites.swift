import Foundation

@testable import Gate
@testable import Policy
@testable import Records
@testable import Reports
@testable import Support

extension FuzzTarget {
    /// A list of hosts, and how each would be called.
    static let siteLists = FuzzTarget("site-lists") { bytes in
        let list: SiteList
        do throws(SiteListError) { list = try SiteList(text: bytes.text, path: "hosts") } catch {
            try require((1...20).contains(error.sentences.count), "\(error.sentences.count) faults")
            for sentence in error.sentences { try requireLine(sentence, atMost: 2500, "a sentence") }
            return
        }
        try require((1...1000).contains(list.hosts.count), "\(list.hosts.count) hosts")
        try require(Set(list.hosts.map(\.name)).count == list.hosts.count, "a host is there twice")
        for host in list.hosts {
            let call = host.call(SiteRequest(["trace"], ["--", bytes.text]), program: "/danegate")
            try requireLine(host.name, atMost: 253, "a name")
            guard case .ssh(let address, let user, _) = host.place else { continue }
            // Neither is an option, and what stands before the quoted word is free of all that shells know.
            for word in [address, user ?? "x"] {
                try require(
                    !word.hasPrefix("-") && word.utf8.allSatisfy { $0.isAlphanumeric || ".-_:".utf8.contains($0) },
                    "the word \(word)")
            }
            try require(call.suffix(3).first == "--" && call.suffix(2).first == address, "the call \(call)")
            let line = call.last ?? ""
            let plain = line.prefix { $0 != "'" }
            let isPlain = plain.utf8.allSatisfy { ShellWord.isPlain($0) || $0 == UInt8(ascii: "=") || $0 == 0x20 }
            try require(isPlain, "the line \(line)")
        }
        // What is quoted is one word, whose quotes are closed.
        let quoted = ShellWord.quoted(bytes.text)
        try require(shellWord(quoted) != nil, "\(quoted.debugDescription) is more than a word")
        if bytes.text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) {
            try require(shellWord(quoted) == bytes.text, "\(quoted.debugDescription) is another word")
        }
    }

    /// Reads a word as sh does; nil if it is none, or more than one.
    private static func shellWord(_ text: String) -> String? {
        var word = String.UnicodeScalarView()
        var isQuoted = false
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "'": isQuoted.toggle()
            case _ where isQuoted: word.append(scalar)
            case "\\":
                guard let next = rest.popFirst() else { return nil }
                word.append(next)
            case _ where scalar.isASCII && ShellWord.isPlain(UInt8(scalar.value)): word.append(scalar)
            default: return nil
            }
        }
        return isQuoted ? nil : String(word)
    }

    /// What hosts have answered, of any command, put together.
    static let siteAnswers = FuzzTarget("site-answers") { bytes in
        let answers = bytes.split(separator: 0, maxSplits: 3, omittingEmptySubsequences: false).enumerated().map {
            SiteAnswer(mta: "mta\($0)", end: .exited(0), output: Array($1), errors: Array($1))
        }
        for answer in answers {
            for note in answer.notes + answer.shownLines { try requireQuiet(note, atMost: 1000, "a note") }
            if let why = answer.failure(unless: [1]) { try requireQuiet(why, atMost: 1000, "a failure") }
        }
        var trace = SiteTrace(limit: 3)
        var report = SiteReport()
        var status = SiteStatus()
        var exemptions = SiteExemptions()
        for (index, answer) in answers.enumerated() {
            do throws(SiteAnswerError) { try trace.take(answer, index) } catch { try requireClause(error) }
            do throws(SiteAnswerError) { try report.take(answer, index) } catch {
                report.fail(answer.mta, index, error.clause)
            }
            do throws(SiteAnswerError) { try status.take(answer, index) } catch {
                status.fail(answer.mta, index, error.clause)
            }
            do throws(SiteAnswerError) { try exemptions.take(answer, index) } catch { try requireClause(error) }
            let findings = (try? SiteRechecks.findings(answer, count: 1)) ?? []
            for finding in findings {
                try requireMarked(finding.line)
                try requireText(finding.text)
            }
        }
        try require(trace.rows.count <= 3, "\(trace.rows.count) rows")
        try require(zip(trace.rows, trace.rows.dropFirst()).allSatisfy { $0.time <= $1.time }, "rows out of order")
        for line in trace.lines + exemptions.lines { try requireMarked(line) }
        for row in trace.rows {
            try requireText(row.text)
            try requireObject(TerminalText.json(row.json(isWhole: true)))
        }
        var table = TraceTableText(width: 80, isOfSite: true)
        for line in table.lines(trace.rows, isFirst: true) { try requireQuiet(line, atMost: 400, "a row") }
        let whole = report.report(top: 5, now: 0)
        try requireText(whole.text)
        try requireObject(TerminalText.json(whole.json))
        try requireObject(TerminalText.json(whole.jsonWithSets))
        try requireText(status.text)
        try requireObject(status.json)
        try requireText(exemptions.table(isWhole: true))
    }

    private static func requireClause(_ error: SiteAnswerError) throws {
        try requireLine(error.clause, atMost: 2200, "why it is no answer")
    }

    /// Throws unless a text has no effect on a terminal but that of its line ends.
    private static func requireText(_ text: String) throws {
        let isQuiet = text.unicodeScalars.allSatisfy { $0 == "\n" || TerminalText.isVisible($0) }
        try require(isQuiet, "it is not fit for a terminal: \(text.debugDescription)")
    }

    @discardableResult
    private static func requireObject(_ line: String) throws -> [String: Any] {
        try requireText(line)
        let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        guard let object, !line.contains("\n") else { throw Broken(description: "no object: \(line.debugDescription)") }
        return object
    }

    private static func requireMarked(_ line: String) throws {
        let mta = try requireObject(line)["mta"] as? String
        try require(mta?.hasPrefix("mta") == true, "the mark is \(mta ?? "none") in \(line.debugDescription)")
    }
}
