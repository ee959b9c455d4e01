import Foundation

/// The directory that the SQLite files are in.
enum StateDirectory {
    /// Makes the directory if it is not there.
    ///
    /// - Throws: If there can be none, or it cannot be written.
    static func make(_ path: String) throws(DatabaseFault) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
        } catch { throw DatabaseFault(.unavailable, "the state directory cannot be made") }
        guard access(path, W_OK) == 0 else {
            throw DatabaseFault(.unavailable, "the state directory cannot be written")
        }
    }
}
