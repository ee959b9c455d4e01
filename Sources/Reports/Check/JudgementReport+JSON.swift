import Certificates
import DANE
import Inspection
import Support

extension JudgementReport {
    /// The report as one line of JSON. The keys are part of what is promised to users: scripts read them.
    public var json: String { JSONLine.of(Body(self)) }

    private struct Body: Encodable {
        let outcome: String
        /// The position of the record that authenticates, from 0 on.
        let matched: NullableJSON<Int>
        let depth: NullableJSON<Int>
        let reason: String
        let date: String
        let names: [String]
        /// Whether a bound of danegate left something out. Then a failure is not certain.
        let cut: Bool
        /// Whether something could not be judged. Then a failure is not certain.
        let undecided: Bool
        let hazards: [String]
        let records: [Record]
        let chain: [NullableJSON<CertificateJSON>]

        init(_ report: JudgementReport) {
            outcome = report.outcome.rawValue
            matched = NullableJSON(report.match?.record)
            depth = NullableJSON(report.match?.depth)
            reason = report.judgement.reason
            date = UnixTime.iso8601(report.date)
            names = report.names.map(\.description)
            cut = report.judgement.isCut
            undecided = report.judgement.isUndecided
            hazards = report.hazards
            let match = report.match?.record
            records = zip(report.records, report.judgement.records).enumerated().map { index, pair in
                Record(pair.0, pair.1, decides: index == match)
            }
            chain = report.chain.prefix(CertificateJudgement.maximumCertificates).map { der in
                NullableJSON(CertificateDetails(der: der).map(CertificateJSON.init))
            }
        }
    }

    private struct Record: Encodable {
        let usage: UInt8
        let selector: UInt8
        let matching: UInt8
        let data: String
        let names: String
        let usable: Bool
        /// `authenticates`, or the step at which the record failed.
        let standing: String
        let depth: NullableJSON<Int>
        /// Why the record did not decide; null for the record that did.
        let why: NullableJSON<String>

        init(_ record: TLSARecord, _ finding: RecordFinding, decides: Bool) {
            usage = record.usage
            selector = record.selector
            matching = record.matchingType
            data = record.data.hexadecimal
            names = record.names
            usable = finding.isUsable
            standing = finding.standing.rawValue
            depth = NullableJSON(finding.depth)
            let isBeaten = !decides && finding.standing == .authenticates
            why = NullableJSON(
                decides
                    ? nil
                    : isBeaten ? "another record decides; this one too: \(finding.explanation)" : finding.explanation)
        }
    }
}
