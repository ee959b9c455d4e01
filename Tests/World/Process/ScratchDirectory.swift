import Foundation

/// A directory of a test's own, removed with the value.
public final class ScratchDirectory: Sendable {
    /// Its absolute path, short enough for a Unix socket inside it.
    public let path: String

    /// Makes the directory, readable by its owner and searchable by all (a name server may give up root).
    public init(_ purpose: String = "world") throws {
        var template = Array("\(NSTemporaryDirectory())dg-\(purpose)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw WorldError("no scratch directory: errno \(errno)") }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        chmod(path, 0o755)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of a file in the directory.
    public func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file into the directory, making the folders between, and returns its path.
    @discardableResult
    public func write(_ text: String, to name: String) throws -> String {
        let path = file(name)
        try FileManager.default.createDirectory(
            atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }
}
