import ArgumentParser
import Foundation
import Records

/// The failures of a command.
enum Exit {
    /// Writes the sentences to standard error, and returns what the command must throw.
    static func fail(_ status: Int32, _ sentences: [String]) -> ExitCode {
        let prefix = JournalStream.prefix(isError: status != 0)
        for sentence in sentences {
            try? FileHandle.standardError.write(contentsOf: Data("\(prefix)danegate: \(sentence)\n".utf8))
        }
        return ExitCode(status)
    }
}
