import ArgumentParser
import Foundation
import Records

/// The ends of a command that are not success.
enum Exit {
    /// Tells the sentences on standard error; to be thrown.
    static func fail(_ status: Int32, _ sentences: [String]) -> ExitCode {
        let prefix = JournalStream.prefix(isError: status != 0)
        for sentence in sentences {
            try? FileHandle.standardError.write(contentsOf: Data("\(prefix)danegate: \(sentence)\n".utf8))
        }
        return ExitCode(status)
    }
}
