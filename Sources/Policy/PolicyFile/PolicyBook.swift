import Support
import Synchronization

/// The policies in force. The file is read again when it changes.
///
/// If the file cannot be read, is missing or contains a fault, the policies stay as they are, and that is reported
/// once. At a start, the last good copy is used instead, if there is one.
public final class PolicyBook: Sendable {
    /// What the last check of the file found.
    private enum Sight: Equatable {
        /// The version that has been read or refused.
        case known
        /// Another version; nil if there is no file. It is read if the next check finds it too.
        case other(FileStamp?)
    }

    private struct State {
        /// The file; nil for no policies.
        var path: String?
        var copy: PolicyCopy?
        var table: PolicyTable
        var stamp: FileStamp?
        var seen = Sight.known
        /// Whether the newest version could not even be read. That may be repaired without a change of the file.
        var isUnread = false
        /// When the table was read, in seconds since 1970.
        var read = unixTime()
        /// What is wrong with the newest version of the file, if it was refused.
        var faults: [String] = []
        /// Whether the policies come from the last good copy of the file.
        var isCopy = false
        /// The text of the file, until it is kept as the last good copy.
        var unkept: String?
    }

    /// The largest file that is accepted, in bytes.
    static let limit = 64 << 20

    private let contents: @Sendable (String) -> Result<String, ReadableFileError>
    private let state: Mutex<State>
    /// Whether there is a file: without one nobody takes the lock.
    private let hasFile: Atomic<Bool>

    /// The policies of the file that the settings name, or no policies. If the file has a fault, its last good copy is
    /// in force (`faults`).
    ///
    /// - Throws: The faults of the file, if there is no copy.
    public convenience init(_ settings: Settings) throws(PolicyError) {
        let copy = settings.policyFile.map { PolicyCopy(of: $0, in: settings.stateDirectory) }
        try self.init(path: settings.policyFile, copy: copy) { ReadableFile.contents($0, limit: Self.limit) }
    }

    /// The policies of a file, or no policies.
    ///
    /// - Throws: The faults of the file.
    convenience init(path: String?) throws(PolicyError) {
        try self.init(path: path) { ReadableFile.contents($0, limit: Self.limit) }
    }

    /// The policies of a file that `contents` reads.
    init(
        path: String?, copy: PolicyCopy? = nil,
        contents: @escaping @Sendable (String) -> Result<String, ReadableFileError>
    ) throws(PolicyError) {
        self.contents = contents
        // Take the stamp first, so that a change during the reading is noticed next time.
        let stamp = path.flatMap(FileStamp.init)
        guard let path else {
            hasFile = Atomic(false)
            state = Mutex(State(table: PolicyTable()))
            return
        }
        hasFile = Atomic(true)
        let text = contents(path)
        do throws(PolicyError) {
            switch text {
            case .success(let text):
                let table = try PolicyTable(text: text, path: path)
                state = Mutex(
                    State(path: path, copy: copy, table: table, stamp: stamp, unkept: copy == nil ? nil : text))
            case .failure(let fault): throw Self.unread(path, fault)
            }
        } catch {
            switch copy?.read() {
            case .success(let kept)?:
                state = Mutex(
                    State(
                        path: path, copy: copy, table: kept.table, stamp: stamp, read: kept.time,
                        faults: error.sentences, isCopy: true))
            case .failure(let fault)?:
                throw PolicyError(sentences: error.sentences + (fault.sentence.map { [$0] } ?? []))
            case nil: throw error
            }
        }
    }

    /// The faults of the file if its last good copy is in force, and that it is, one sentence each. Empty if the
    /// policies are those of the file.
    public var faults: [String] {
        let (faults, time, copy) = state.withLock { ($0.isCopy ? $0.faults : [], $0.read, $0.copy) }
        guard !faults.isEmpty, let copy else { return [] }
        let day = UnixTime.minute(time)
        return faults + ["the last good copy of the policy file is in force, of \(day) (\(copy.file))."]
    }

    /// Keeps the text that was read last as the last good copy, if that has not been done yet. It writes a file.
    ///
    /// - Returns: Why that failed, as a clause; nil if it is kept, or there is nothing to keep.
    package func keepCopy() -> String? {
        let (copy, text) = state.withLock { ($0.copy, $0.unkept) }
        guard let copy, let text else { return nil }
        let fault = copy.keep(text)
        state.withLock { $0.unkept = nil }
        return fault
    }

    /// Whether there are none. Without a file nobody takes the lock.
    package var isEmpty: Bool { !hasFile.load(ordering: .relaxed) || table.isEmpty }

    /// The policies in force.
    public var table: PolicyTable {
        hasFile.load(ordering: .relaxed) ? state.withLockBarging { $0.table } : PolicyTable()
    }

    /// How many lines are in force, when they were read, and why the newest version of the file was refused, if it was.
    public var status: (count: Int, read: Int64, fault: String?, isCopy: Bool) {
        state.withLock { ($0.table.count, $0.read, $0.faults.first, $0.isCopy) }
    }

    /// Reads the file again if it has changed since it was read, and has not changed since the last call: a file that
    /// is being written may look complete. Call it about every second, from one thread at a time.
    ///
    /// - Parameter force: Whether to read the file in any case.
    /// - Returns: The number of policies if the file was read, its faults if it was refused; nil if there was nothing
    ///   to do.
    public func reload(force: Bool = false) -> Result<Int, PolicyError>? {
        let (path, copy) = state.withLock { ($0.path, $0.copy) }
        guard let path else { return nil }
        let stamp = FileStamp(path)
        let isDue = state.withLock { state in
            guard !force else { return true }
            guard state.stamp != stamp else {
                state.seen = .known
                // The cause may have been on our side, and over: no descriptors, or a disk that did not answer.
                return state.isUnread
            }
            defer { state.seen = .other(stamp) }
            return state.seen == .other(stamp)
        }
        guard isDue else { return nil }
        let text: String
        switch contents(path) {
        case .success(let found): text = found
        case .failure(let fault):
            let faults = Self.unread(path, fault)
            // Reading is tried again, but reported again only if the faults have changed.
            let isKnown = state.withLock { state in
                defer {
                    (state.stamp, state.seen, state.isUnread, state.faults) = (stamp, .known, true, faults.sentences)
                }
                return state.isUnread && state.faults == faults.sentences
            }
            return isKnown && !force ? nil : .failure(faults)
        }
        do throws(PolicyError) {
            let table = try PolicyTable(text: text, path: path)
            state.withLock {
                $0 = State(path: path, copy: copy, table: table, stamp: stamp, unkept: copy == nil ? nil : text)
            }
            return .success(table.count)
        } catch {
            // Remember this version nevertheless, so that it is reported only once.
            state.withLock {
                $0.stamp = stamp
                $0.seen = .known
                $0.isUnread = false
                $0.faults = error.sentences
            }
            return .failure(error)
        }
    }

    /// Takes another file in the place of the one there is, or none.
    ///
    /// - Parameter directory: The state directory, where its last good copy is kept.
    /// - Throws: Its faults; then all stays as it was.
    package func adopt(_ path: String?, copyIn directory: String) throws(PolicyError) {
        guard let path else {
            state.withLock { $0 = State(table: PolicyTable()) }
            return hasFile.store(false, ordering: .relaxed)
        }
        let stamp = FileStamp(path)
        switch contents(path) {
        case .failure(let fault): throw Self.unread(path, fault)
        case .success(let text):
            let table = try PolicyTable(text: text, path: path)
            let copy = PolicyCopy(of: path, in: directory)
            state.withLock { $0 = State(path: path, copy: copy, table: table, stamp: stamp, unkept: text) }
            hasFile.store(true, ordering: .relaxed)
        }
    }

    private static func unread(_ path: String, _ fault: ReadableFileError) -> PolicyError {
        PolicyError(sentences: ["\(LogLine.escaped(path)): \(fault.clause)."])
    }
}
