import Foundation
package import Support

/// The result of a reload, which `danegate reload` gets. Its keys are those in JSON.
public struct ReloadReport: Codable, Sendable {
    /// A setting whose text has changed.
    public struct Change: Codable, Sendable, Equatable {
        package let name: String
        package let from: String
        package let to: String

        /// Makes one from its parts.
        package init(name: String, from: String, to: String) {
            self.name = name
            self.from = from
            self.to = to
        }
    }

    /// The most faults that are listed.
    package static let limit = 20

    /// What has changed and is in force now.
    package var changed: [Change] = []
    /// What has changed in the file and needs a restart.
    package var restart: [Change] = []
    /// Where the file differs from the process's environment, which takes precedence.
    package var environment: [String] = []
    /// What is wrong with the settings. If anything is, the old settings stay.
    package var faults: [String] = []
    /// How many policies are in force, if their file was read; nil if there is no file, or it has a fault.
    @NullableJSON package var policies: Int?
    /// What is wrong with the policy file. If anything is, the old policies stay.
    package var policy_faults: [String] = []

    /// Parses the report from a line of a daemon; nil if the line is not one.
    public init?(json: String) {
        guard let report = try? JSONDecoder().decode(ReloadReport.self, from: Data(json.utf8)) else { return nil }
        self = report
    }

    package init() {}

    /// Whether everything that was read is in force, apart from what needs a restart.
    public var isTaken: Bool { faults.isEmpty && policy_faults.isEmpty }

    /// The text for people.
    public var text: String {
        var lines = changed.map { "\($0.name): \(Self.shown($0.from)) is now \(Self.shown($0.to))" }
        if changed.isEmpty, faults.isEmpty { lines.append("No setting has changed.") }
        if let policies { lines.append("Policies: \(policies) in force.") }
        lines += restart.map { "\($0.name)=\($0.to): needs a restart; \(Self.shown($0.from)) stays in force." }
        lines += environment.map {
            "\($0): the daemon's own environment sets it, and wins over the file. Take it out there, and restart."
        }
        if !faults.isEmpty { lines.append("The settings stay as they were:") }
        lines += faults.map { "  \($0)" }
        if !policy_faults.isEmpty { lines.append("The policies stay as they were:") }
        lines += policy_faults.map { "  \($0)" }
        return lines.map(TerminalText.line).joined(separator: "\n")
    }

    private static func shown(_ text: String) -> String { text.isEmpty ? "(unset)" : text }
}
