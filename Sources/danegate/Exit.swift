import ArgumentParser
import Foundation

/// The ends of a command that are not success.
enum Exit {
    /// Tells the sentences on standard error; to be thrown.
    static func fail(_ status: Int32, _ sentences: [String]) -> ExitCode {
        for sentence in sentences {
            try? FileHandle.standardError.write(contentsOf: Data("danegate: \(sentence)\n".utf8))
        }
        return ExitCode(status)
    }
}
