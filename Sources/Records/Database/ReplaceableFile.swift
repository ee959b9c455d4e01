package import Logging
package import Support

/// A kind of file that is kept open.
package protocol StoredFile: AnyObject {
    /// The open SQLite file.
    var database: DatabaseFile { get }
}

/// A SQLite file of the state directory while the daemon runs, whatever becomes of it. It is opened; a damaged one is
/// set aside and a new one begun; one that has vanished is made anew; one that cannot be opened is tried again later.
///
/// The state file and the trace are such files. The file of exemptions is not: two programs write it, so nobody keeps
/// it open, and a later version's file stays where it is (`ExemptionFile.replacing`).
///
/// It is not Sendable: only the thread of the file uses it.
package final class ReplaceableFile<File: StoredFile> {
    /// Its path.
    package let path: String
    private let directory: String
    private let log: DatabaseLog
    private let level: Logger.Level
    private let retryInterval: Duration
    private let make: (String) throws(DatabaseFileError) -> File
    private var file: File?
    /// When a file that is not open may be tried again.
    private var nextTry = ContinuousClock.now

    /// A file that is not open yet.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - directory: The state directory. It is made if it does not exist.
    ///   - log: Gets `set-aside` and `vanished`.
    ///   - level: How bad it is that a file is set aside: it depends on what is lost with it.
    ///   - retryInterval: How long to wait between two attempts to open it.
    ///   - make: Opens the file at a path.
    package init(
        _ name: String, in directory: String, log: DatabaseLog, settingAside level: Logger.Level,
        retryInterval: Duration, make: @escaping (String) throws(DatabaseFileError) -> File
    ) {
        path = "\(directory)/\(name)"
        self.directory = directory
        self.log = log
        self.level = level
        self.retryInterval = retryInterval
        self.make = make
    }

    /// The file, if it is open and still at its path.
    package var current: File? {
        guard let file, file.database.isInPlace else { return nil }
        return file
    }

    /// Opens the file at the start. A damaged one is set aside, once.
    package func open() throws(DatabaseFileError) -> File {
        nextTry = .now + retryInterval
        try StateDirectory.make(directory)
        let file = try openReplacing()
        self.file = file
        nextTry = .now
        return file
    }

    private func openReplacing() throws(DatabaseFileError) -> File {
        do throws(DatabaseFileError) { return try make(path) } catch {
            try setAside(error)
            return try make(path)
        }
    }

    private func setAside(_ why: DatabaseFileError) throws(DatabaseFileError) {
        let aside = try why.setAside(path)
        log.tell(level, "set-aside", [("cause", why.cause), ("path", aside)])
    }

    /// Returns the file. It is opened anew if it is no longer at its path.
    private func usable() throws(DatabaseFileError) -> File {
        if let current { return current }
        if file != nil {
            close()
            log.tell(.warning, "vanished", [("path", path)], repeated: true)
        }
        guard ContinuousClock.now >= nextTry else { throw DatabaseFileError(.unavailable, "there is no file") }
        let file = try open()
        // One that fails each time after it was opened is not opened for each batch.
        nextTry = .now + retryInterval
        return file
    }

    /// Does work on the file. If it turns out to be damaged, it is replaced, and the work is done once more. After
    /// another failure the file is kept, or tried again later.
    package func perform(_ work: (File) throws(DatabaseFileError) -> Void) throws(DatabaseFileError) {
        do throws(DatabaseFileError) {
            do throws(DatabaseFileError) { try work(usable()) } catch {
                guard error.kind == .corrupt else { throw error }
                recover(from: error)
                try work(usable())
            }
        } catch {
            recover(from: error)
            throw error
        }
    }

    /// Sets the file aside, and begins a new one.
    ///
    /// - Throws: Why there is none now.
    package func replace(_ why: DatabaseFileError) throws(DatabaseFileError) {
        close()
        try setAside(why)
        file = try openReplacing()
    }

    /// Decides after a failure: the file stays, is replaced, or is tried again later.
    package func recover(from error: DatabaseFileError) {
        switch error.kind {
        // The file itself is good.
        case .full, .busy: return
        case .corrupt, .foreign: try? replace(error)
        case .unavailable: close()
        }
    }

    /// Closes the file.
    package func close() {
        file?.database.close()
        file = nil
    }
}
