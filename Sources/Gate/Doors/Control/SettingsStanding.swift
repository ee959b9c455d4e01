import Foundation
package import Milter
public import Policy
import Support

/// The settings of the running daemon, for `danegate settings`: what is in force there, and what its environment file
/// says differently now. Its keys are those in JSON.
public struct SettingsStanding: Codable, Sendable {
    /// A setting in force.
    struct InForce: Codable, Sendable {
        let name: String
        let text: String
    }

    /// The environment file that it reads; nil if there is none.
    @NullableJSON private(set) var file: String?
    let settings: [InForce]
    /// Where the doors listen whose sockets the service manager has made, by their settings.
    private(set) var inherited: [InForce]?
    /// What a reload would change.
    let pending: ReloadReport

    package init(_ running: SettingsReader, file: String?, pending: ReloadReport) {
        self.file = file
        settings = running.inForce.map { InForce(name: $0.name, text: $0.text) }
        self.pending = pending
    }

    /// The same, with the sockets that the service manager has made.
    package func naming(inherited sockets: [(name: String, socket: MilterSocket)]) -> SettingsStanding {
        var standing = self
        standing.inherited = sockets.map { InForce(name: $0.name, text: "\($0.socket)") }
        return standing
    }

    /// Parses the settings from a line of a daemon; nil if the line is not one.
    public init?(json: String) {
        guard let standing = try? JSONDecoder().decode(SettingsStanding.self, from: Data(json.utf8)) else { return nil }
        self = standing
    }

    /// How the daemon differs from what a command has read, one sentence each. Empty if it does not.
    public func differences(from reader: SettingsReader) -> [String] {
        var lines: [String] = []
        if file != reader.file {
            lines.append("the running daemon reads \(file ?? "no environment file"), not \(reader.file ?? "none").")
        }
        func tell(_ change: ReloadReport.Change, _ need: String) {
            lines.append("\(change.name): the running daemon has \(Self.shown(change.from)): \(need) needed.")
        }
        for change in pending.changed { tell(change, "reload") }
        for change in pending.restart { tell(change, "restart") }
        let told = Set((pending.changed + pending.restart).map(\.name))
        let running = Dictionary(settings.map { ($0.name, $0.text) }, uniquingKeysWith: { $1 })
        for setting in reader.inForce where !told.contains(setting.name) {
            guard let text = running[setting.name], text != setting.text else { continue }
            let own = pending.environment.contains(setting.name) ? ": its own environment wins over the file" : ""
            lines.append("\(setting.name): the running daemon has \(Self.shown(text))\(own).")
        }
        for socket in inherited ?? [] {
            lines.append(
                "\(socket.name): the running daemon listens on \(socket.text), which the service manager has made.")
        }
        if !pending.faults.isEmpty {
            lines.append("the running daemon cannot take what the environment file says now:")
            lines += pending.faults
        }
        return lines.map(TerminalText.line)
    }

    private static func shown(_ text: String) -> String { text.isEmpty ? "nothing" : text }
}
