import Glibc
import Synchronization

/// The policy file in force, read again when it changes.
///
/// A file that cannot be read, that has gone, or that holds a fault, leaves the policies as they were and is reported once.
public final class PolicyBook: Sendable {
    /// What identifies a version of the file.
    private struct Stamp: Equatable {
        let modified: Int
        let modifiedNanoseconds: Int
        let changed: Int
        let changedNanoseconds: Int
        let size: Int64
        let inode: UInt64
    }

    private struct State {
        var table: PolicyTable
        var stamp: Stamp?
        /// What the file was like when it was looked at last, if that is not what was read.
        var seen: Stamp??
        /// Whether the newest version could not even be read, which the file need not change to be mended.
        var isUnread = false
        /// When the table was read, in seconds since 1970.
        var read = unixTime()
        /// What is wrong with the newest version of the file, if that was refused.
        var faults: [String] = []
    }

    /// Larger files are refused.
    static let limit = 64 << 20

    private let path: String?
    private let contents: @Sendable (String) -> Result<String, ReadableFile.Fault>
    private let state: Mutex<State>

    /// A book of a file, or of no policies.
    ///
    /// - Throws: The file's faults.
    public convenience init(path: String?) throws(PolicyTable.Faults) {
        try self.init(path: path) { ReadableFile.contents($0, limit: Self.limit) }
    }

    /// A book of a file that is read in a given way.
    init(
        path: String?, contents: @escaping @Sendable (String) -> Result<String, ReadableFile.Fault>
    ) throws(PolicyTable.Faults) {
        self.path = path
        self.contents = contents
        // The stamp first: a change while the file is read is seen next time.
        let stamp = path.flatMap(Self.stamp)
        guard let path else {
            state = Mutex(State(table: PolicyTable()))
            return
        }
        let table: PolicyTable
        switch contents(path) {
        case .success(let text): table = try PolicyTable(text: text, path: path)
        case .failure(let fault): throw Self.unread(path, fault)
        }
        state = Mutex(State(table: table, stamp: stamp))
    }

    /// The policies in force.
    public var table: PolicyTable { path == nil ? PolicyTable() : state.withLockBarging { $0.table } }

    /// How many lines are in force, when they were read, and why the newest version of the file was refused, if it was.
    public var status: (count: Int, read: Int64, fault: String?) {
        state.withLock { ($0.table.count, $0.read, $0.faults.first) }
    }

    /// Reads the file again if it has changed, and has not since the last call: half a file that is being written may be a whole one
    /// to all appearances. To be called every second or so, by one thread at a time.
    ///
    /// - Parameter force: Read it in any case, as it is.
    /// - Returns: The number of policies if it was read, the faults if it could not be; nil if there was nothing to do.
    public func reload(force: Bool = false) -> Result<Int, PolicyTable.Faults>? {
        guard let path else { return nil }
        let stamp = Self.stamp(path)
        let isDue = state.withLock { state in
            guard !force else { return true }
            guard state.stamp != stamp else {
                state.seen = nil
                // What was ours may have passed: no descriptors, a disk that did not answer.
                return state.isUnread
            }
            defer { state.seen = .some(stamp) }
            return state.seen == .some(stamp)
        }
        guard isDue else { return nil }
        let text: String
        switch contents(path) {
        case .success(let found): text = found
        case .failure(let fault):
            let faults = Self.unread(path, fault)
            // Tried again, and told again when there is something else to tell.
            let isKnown = state.withLock { state in
                defer { (state.stamp, state.seen, state.isUnread, state.faults) = (stamp, nil, true, faults.sentences) }
                return state.isUnread && state.faults == faults.sentences
            }
            return isKnown && !force ? nil : .failure(faults)
        }
        do throws(PolicyTable.Faults) {
            let table = try PolicyTable(text: text, path: path)
            state.withLock { $0 = State(table: table, stamp: stamp) }
            return .success(table.count)
        } catch {
            // Remembered all the same, so that one broken version is reported once.
            state.withLock {
                $0.stamp = stamp
                $0.seen = nil
                $0.isUnread = false
                $0.faults = error.sentences
            }
            return .failure(error)
        }
    }

    private static func unread(_ path: String, _ fault: ReadableFile.Fault) -> PolicyTable.Faults {
        PolicyTable.Faults(sentences: ["\(LogLine.escaped(path)): \(fault.clause)."])
    }

    private static func stamp(_ path: String) -> Stamp? {
        var facts = stat()
        guard stat(path, &facts) == 0 else { return nil }
        return Stamp(
            modified: facts.st_mtim.tv_sec, modifiedNanoseconds: facts.st_mtim.tv_nsec,
            changed: facts.st_ctim.tv_sec, changedNanoseconds: facts.st_ctim.tv_nsec, size: Int64(facts.st_size),
            inode: UInt64(facts.st_ino))
    }
}
