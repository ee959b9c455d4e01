import ArgumentParser
import Foundation
import Gate
import Policy

extension SettingsOptions {
    /// The error for an answer that is not from a daemon of this version.
    static var stranger: ExitCode {
        Exit.fail(EX_PROTOCOL, ["a daemon of another version answers, or something else."])
    }

    /// Asks the running daemon.
    ///
    /// - Parameter whenOver: Called before anything is printed.
    /// - Throws: If no daemon answers, after a sentence on standard error.
    func ask(_ request: String, within limit: Duration, whenOver: () -> Void = {}) throws -> String {
        let (settings, note, faults) = try readToAsk()
        guard let path = settings.controlSocketPath else {
            throw Exit.fail(EX_UNAVAILABLE, ["the control socket is off (DANEGATE_CONTROL_SOCKET)."])
        }
        do throws(ControlError) {
            defer { whenOver() }
            return try ControlClient.ask(path, request, within: limit)
        } catch {
            // A line at fault may be the one that was to lead to the daemon.
            throw Exit.fail(EX_UNAVAILABLE, [error.sentence] + (note.map { ["\($0)."] } ?? []) + faults)
        }
    }
}
