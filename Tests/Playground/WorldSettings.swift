import Foundation
import World

/// The settings that lead a danegate into a world, and the files that they name, in one folder.
struct WorldSettings {
    private let folder: String
    private let seenAs: String
    private var lines: [String: String]
    /// Files to copy, by the name that they get in the folder.
    private let files: [String: String]

    /// The settings of a world.
    ///
    /// - Parameters:
    ///   - world: The world. Its state directory and its log are not for others.
    ///   - folder: Where everything is written.
    ///   - seenAs: What the daemon calls that folder.
    init(of world: MailWorld, in folder: String, seenAs: String) {
        self.folder = folder
        self.seenAs = seenAs
        var lines = world.environment().compactMapValues { $0 }
        lines["DANEGATE_STATE_DIRECTORY"] = nil
        lines["DANEGATE_LOG"] = nil
        // How long an MTA waits is for who runs the daemon to say.
        lines["DANEGATE_MILTER_DEADLINE"] = nil
        var files: [String: String] = [:]
        let names = ["DNS_CONFIG": "unbound.conf", "DNS_TRUST_ANCHOR": "root.key", "POLICY_FILE": "policy"]
        for (name, file) in names {
            files[file] = lines["DANEGATE_\(name)"]
            lines["DANEGATE_\(name)"] = "\(seenAs)/\(file)"
        }
        self.lines = lines
        self.files = files
    }

    /// Sets one more, by its name without the prefix.
    mutating func set(_ name: String, to value: String) { lines["DANEGATE_\(name)"] = value }

    /// Writes the files, readable by all: a daemon gives up root.
    ///
    /// - Returns: The path of the settings, as this process sees it.
    func write() throws -> String {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        for (name, path) in files { try put(String(contentsOfFile: path, encoding: .utf8), as: name) }
        let text = lines.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)\n" }.joined()
        return try put(text, as: "danegate.env")
    }

    @discardableResult
    private func put(_ text: String, as name: String) throws -> String {
        let path = "\(folder)/\(name)"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        guard chmod(path, 0o644) == 0 else { throw WorldError("cannot make \(path) readable: errno \(errno)") }
        return path
    }
}
