import ArgumentParser
import Foundation
import Gate
import Policy

extension SettingsOptions {
    /// Asks the running daemon.
    ///
    /// - Parameter whenOver: Called before anything is printed.
    /// - Throws: If no daemon answers.
    func ask(_ request: String, within limit: Duration, whenOver: () -> Void = {}) throws -> String {
        let (settings, note, faults) = try readToAsk()
        guard let path = settings.controlSocketPath else { throw ExitError.controlIsOff }
        do throws(ControlError) {
            defer { whenOver() }
            return try ControlClient.ask(path, request, within: limit)
        } catch {
            // A line at fault may be the one that was to lead to the daemon.
            throw ExitError(error.status, error.sentences + (note.map { ["\($0)."] } ?? []) + faults)
        }
    }
}
