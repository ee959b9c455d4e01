import DANE

@testable import Gate

extension FuzzTarget {
    /// A line of a survey's input: a list's or a log's.
    static let surveyLines = FuzzTarget("survey-lines") { bytes in
        let line = bytes.withUnsafeBufferPointer { SurveyLine.read($0, port: 25) }
        switch line {
        case .nothing: break
        case .junk(let reason): try requireLine(reason, atMost: 100, "a reason")
        case .destination(let destination, let recipients):
            try require((0...1).contains(recipients), "\(recipients) recipients")
            let text = destination.text(standard: 25)
            let again = text.utf8.withContiguousStorageIfAvailable { SurveyLine.read($0, port: 25) }
            try require(
                again == .destination(destination, recipients: 1), "\(text) reads as \(String(describing: again))")
        }
        // Blanks around a line say nothing.
        let blanks = (Array(" \t".utf8) + bytes + Array(" \r".utf8)).withUnsafeBufferPointer {
            SurveyLine.read($0, port: 25)
        }
        try require(blanks == line, "\(line), and with blanks \(blanks)")
    }
}
