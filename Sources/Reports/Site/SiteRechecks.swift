public import Gate
import Support

/// What the daemons of several hosts have found when they looked at domains anew.
public struct SiteRechecks {
    /// What one host's daemon has found about one domain.
    public struct Finding {
        /// The report, for the ruling.
        public let report: RecheckReport
        /// The text for people, with the host's name.
        public let text: String
        /// The line of JSON, marked.
        public let line: String
    }

    /// Returns what a host has printed (`danegate recheck --json`).
    ///
    /// - Parameter count: How many domains were asked about.
    public static func findings(_ answer: SiteAnswer, count: Int) throws(SiteAnswerError) -> [Finding] {
        var findings: [Finding] = []
        for line in answer.lines {
            guard let object = ForeignObject(line), let report = RecheckReport(json: line), findings.count < count
            else {
                throw SiteAnswerError(line: line)
            }
            let text = BoundedText.of("\(answer.mta): \(report.text)", 4000)
            findings.append(Finding(report: report, text: text, line: object.marked(answer.mta)))
        }
        // A daemon that says less has not done what it was asked for.
        guard findings.count == count else { throw SiteAnswerError(line: answer.lines.last ?? "") }
        return findings
    }
}
