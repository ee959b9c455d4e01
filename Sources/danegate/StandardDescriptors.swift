import Foundation
import Records

/// Standard input, output and error.
enum StandardDescriptors {
    /// Opens /dev/null for those that are closed. Otherwise the next socket would get such a number, and messages would
    /// be written to it.
    static func fill() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
            // open(2) takes the lowest free number, which is this one.
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_RDONLY : O_WRONLY)
        }
    }

    /// Writes a line to standard output.
    ///
    /// - Throws: The end of the command if the line cannot be written.
    static func put(_ text: String) throws(ExitError) {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data("\(text)\n".utf8))
        } catch {
            throw ExitError.unwritten
        }
    }

    /// Writes a line to standard output about something that is done already. If the line cannot be written, standard
    /// error says so, and the command goes on.
    static func putDone(_ text: String) {
        do throws(ExitError) { try put(text) } catch { tell(error.sentences) }
    }

    /// Writes sentences to standard error, each in a line of its own.
    ///
    /// - Parameter isError: Whether they tell a failure. If not, the journal gets them as warnings.
    static func tell(_ sentences: [String], isError: Bool = true) {
        let prefix = JournalStream.prefix(isError: isError)
        for sentence in sentences {
            try? FileHandle.standardError.write(contentsOf: Data("\(prefix)danegate: \(sentence)\n".utf8))
        }
    }
}
