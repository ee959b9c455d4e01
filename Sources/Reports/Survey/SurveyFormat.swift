/// The form of results.
public enum SurveyFormat: String, Sendable, CaseIterable {
    /// JSON Lines: one object per line.
    case jsonl
    /// RFC 4180, with the names of the columns in the first line.
    case csv

    /// Returns the text before the results.
    func header(hasTimes: Bool) -> String {
        switch self {
        case .jsonl: ""
        case .csv: (SurveyResult.columns + (hasTimes ? ["elapsed_ms"] : [])).joined(separator: ",") + "\r\n"
        }
    }

    /// Returns a result with the end of its line.
    func line(_ result: SurveyResult) -> String {
        switch self {
        case .jsonl: result.json + "\n"
        case .csv: result.csv + "\r\n"
        }
    }

    /// Reads a line, given without its line feed; nil if it is no result.
    func result(_ line: [UInt8]) -> SurveyResult? {
        switch self {
        case .jsonl: SurveyResult(json: line)
        case .csv: line.last == UInt8(ascii: "\r") ? SurveyResult(csv: Array(line.dropLast())) : nil
        }
    }

    /// The beginning of every result. A last line that begins otherwise is not one that was cut.
    var beginning: String {
        switch self {
        case .jsonl: "{\"cause\":\""
        case .csv: ""
        }
    }
}
