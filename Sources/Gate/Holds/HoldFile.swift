import Glibc
import Support

/// The file of holds in the state directory. `danegate hold` writes it, and the daemon reads it within a second or two.
package struct HoldFile: Sendable {
    /// Its name in the state directory.
    package static let name = "holds"

    private let directory: String
    var path: String { "\(directory)/\(Self.name)" }

    /// The file of a state directory.
    package init(directory: String) { self.directory = directory }

    /// The contents of the file; no holds if there is none.
    func read() throws(HoldFileError) -> HoldTable {
        var facts = stat()
        guard stat(path, &facts) == 0 else {
            // A directory that may not be entered hides a file that may be there.
            if errno == ENOENT || errno == ENOTDIR { return HoldTable() }
            let why = String(cString: strerror(errno))
            throw HoldFileError(sentence: "\(LogLine.escaped(path)): it cannot be looked at (\(why)).")
        }
        switch ReadableFile.contents(path, limit: HoldTable.sizeLimit) {
        case .failure(let fault): throw HoldFileError(sentence: "\(LogLine.escaped(path)): \(fault.clause).")
        case .success(let text):
            guard let table = HoldTable(text: text) else {
                throw HoldFileError(sentence: "\(LogLine.escaped(path)) was not written by `danegate hold`.")
            }
            return table
        }
    }

    /// Changes the file, one command at a time. A new file replaces the old one as a whole.
    ///
    /// - Parameter body: Gets the holds that have not ended, and returns those to write.
    func change(at now: Int64 = unixTime(), _ body: ([Hold]) -> [Hold]) throws(HoldFileError) {
        do throws(DatabaseFileError) { try StateDirectory.make(directory) } catch {
            throw HoldFileError(sentence: "\(LogLine.escaped(directory)): \(error.cause).")
        }
        let folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw fault("cannot open") }
        // Closing the descriptor releases the lock.
        defer { close(folder) }
        guard Self.lock(folder) else { throw fault("cannot lock") }
        let table = HoldTable(body(try read().live(at: now).all))
        guard table.all.count <= HoldTable.limit else {
            throw HoldFileError(sentence: "more than \(HoldTable.limit) holds are not kept.")
        }
        do throws(WholeFile.WriteError) { try WholeFile.replace(Self.name, in: directory, with: table.text) } catch {
            throw HoldFileError(sentence: "cannot write \(LogLine.escaped(path)): \(error.cause).")
        }
    }

    /// Waits for the lock, for at most ten seconds. Anybody who can open the directory can hold it.
    private static func lock(_ folder: Int32) -> Bool {
        for _ in 0..<200 {
            if flock(folder, LOCK_EX | LOCK_NB) == 0 { return true }
            guard errno == EWOULDBLOCK || errno == EINTR else { return false }
            usleep(50_000)
        }
        errno = EWOULDBLOCK
        return false
    }

    private func fault(_ what: String) -> HoldFileError {
        HoldFileError(sentence: "\(what) \(LogLine.escaped(path)): \(String(cString: strerror(errno))).")
    }
}
