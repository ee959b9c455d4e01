/// How results are written.
public enum SurveyFormat: String, Sendable, CaseIterable {
    /// JSON Lines: an object a line.
    case jsonl
    /// RFC 4180, the columns named in the first line.
    case csv

    /// What stands before the results.
    func header(hasTimes: Bool) -> String {
        switch self {
        case .jsonl: ""
        case .csv: (SurveyResult.columns + (hasTimes ? ["elapsed_ms"] : [])).joined(separator: ",") + "\r\n"
        }
    }

    /// A result with the end of its line.
    func line(_ result: SurveyResult) -> String {
        switch self {
        case .jsonl: result.json + "\n"
        case .csv: result.csv + "\r\n"
        }
    }

    /// Reads a line without its line feed; nil if it is no result.
    func result(_ line: [UInt8]) -> SurveyResult? {
        switch self {
        case .jsonl: SurveyResult(json: line)
        case .csv: line.last == UInt8(ascii: "\r") ? SurveyResult(csv: Array(line.dropLast())) : nil
        }
    }

    /// How every result begins: what else ends a file is none that was torn.
    var beginning: String {
        switch self {
        case .jsonl: "{\"cause\":\""
        case .csv: ""
        }
    }
}
