import Logging
import Foundation
import Milter
import NIOCore
package import Policy
package import Records
import Support

/// The control socket for `danegate status`, `reload`, `recheck` and `check --cached`: a line in, a line of JSON out.
///
/// A client may send one request of at most 4 KB within five seconds. There are at most 32 clients at a time, and a
/// further one takes the place of the oldest, even of one that waits: an administrator who asks how the daemon is gets
/// an answer. If a client does more than that, only its own connection is closed.
package final class ControlServer: Sendable {
    /// The longest request in bytes, including the end of its line.
    static let requestLimit = 4096
    /// The most connections at once. The oldest gives way to another one.
    static let connectionLimit = 32
    /// The longest time for a connection.
    static let patience = TimeAmount.seconds(5)

    private let server: LineServer

    private init(_ server: LineServer) { self.server = server }

    /// Opens the socket of the settings. If that fails, the failure is logged and mail is not affected. It blocks for a
    /// moment.
    ///
    /// - Parameter service: Answers the requests.
    package static func open(_ settings: Settings, log: GateLog, service: () -> ControlService) -> ControlServer? {
        guard let path = settings.controlSocketPath else { return nil }
        var isInState = false
        do {
            if settings.controlSocket == .standard {
                isInState = true
                try? FileManager.default.createDirectory(
                    atPath: settings.stateDirectory, withIntermediateDirectories: true,
                    attributes: [.posixPermissions: 0o750])
            }
            let service = service()
            let options = LineServer.Options(connections: connectionLimit, backlog: 64)
            return ControlServer(
                try LineServer.open(.init(socket: MilterSocket(path)), options) { _ in
                    LineLimit.lines(of: requestLimit) + [ControlHandler(service)]
                })
        } catch {
            let message =
                isInState && access(settings.stateDirectory, W_OK | X_OK) != 0
                ? FileOwner.other(of: settings.stateDirectory).map {
                    "the state directory \(settings.stateDirectory) \($0)"
                } ?? "the state directory \(settings.stateDirectory) cannot be written"
                : "\(error)"
            log.event(.warning, LogLine(event: "control").adding("result", "off").adding("cause", message))
            return nil
        }
    }

    /// Closes the socket and removes its file if that is still ours.
    package func close() { server.close() }
}
