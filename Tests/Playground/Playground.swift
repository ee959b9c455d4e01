import ArgumentParser
import Foundation

/// The test world as a program: what a demonstration or a machine of its own needs, and mail to send through it.
@main
struct Playground: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Brings the test world to life for other programs, or sends mail and counts what becomes of it.",
        subcommands: [WorldCommand.self, SendCommand.self, SessionsCommand.self])

    /// Writes a line of standard output at once: who started this program waits for it, mostly through a pipe.
    static func say(_ line: String) {
        var rest = Array("\(line)\n".utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR else { return }
            rest = rest.dropFirst(max(0, count))
        }
    }
}
