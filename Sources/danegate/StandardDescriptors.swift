import ArgumentParser
import Foundation

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
    /// - Throws: The end of the command if the line cannot be written. Output that nobody could read must not look like
    ///   success.
    static func put(_ text: String) throws {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data("\(text)\n".utf8))
        } catch {
            throw Exit.fail(EX_IOERR, ["the output cannot be written."])
        }
    }
}
