import Foundation
import Gate
import Logging
import Policy
import Records
import Support
import Verdicts

/// Permissions and owners of the files in the state directory, at the start and at the end of the daemon. No file may
/// be open to others, and files that root made must belong to the owner of the directory.
///
/// Do not use it while a database is open in this process: to close a descriptor of a file gives up SQLite's locks on
/// it (https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_).
struct StateCustody: Sendable {
    /// The names of danegate's files. Files beside them, and those that were set aside, begin with these too.
    static let prefixes = [
        StateFile.name, TraceFile.name, ExemptionFile.name, HoldFile.name, TrustAnchor.name, PolicyCopy.name,
    ]
    /// The most names in a message.
    private static let toldLimit = 10

    private let directory: String
    private let log: GateLog

    /// The files of a state directory.
    init(_ directory: String, log: GateLog) {
        self.directory = directory
        self.log = log
    }

    /// Corrects the files, and logs what an administrator should know about them and their directory.
    func begin() {
        var facts = stat()
        guard stat(directory, &facts) == 0 else {
            if geteuid() == 0 { tellRoot("") }
            return
        }
        if geteuid() == 0 {
            let owner = FileOwner.name(facts.st_uid)
            tellRoot(
                facts.st_uid == 0
                    ? ", and \(directory) belongs to root: another user will not be able to write there"
                    : "; what it makes in \(directory) is given to \(owner), whom the directory belongs to")
        }
        if facts.st_mode & 0o007 != 0 {
            let mode = String(facts.st_mode & 0o777, radix: 8)
            let what = facts.st_mode & 0o002 != 0 ? "may enter and write" : "may enter"
            tell(
                .warning, "open",
                "others \(what) the state directory (mode 0\(mode)): chmod 0750 \(directory)")
        }
        let foreign = tidy()
        for name in foreign.prefix(Self.toldLimit) {
            let path = "\(directory)/\(name)"
            guard let owner = FileOwner.other(of: path) else { continue }
            tell(.warning, "foreign", "\(path) \(owner), and cannot be used")
        }
        if foreign.count > Self.toldLimit {
            tell(.warning, "foreign", "\(foreign.count - Self.toldLimit) more files belong to other users")
        }
    }

    /// Corrects files that root has made meanwhile. libunbound itself writes the root's keys anew.
    func end() {
        if geteuid() == 0 { _ = tidy() }
    }

    private func tellRoot(_ more: String) {
        tell(.warning, "root", "danegate runs as root, which it need not be\(more)")
    }

    private func tell(_ level: Logger.Level, _ result: String, _ cause: String) {
        log.event(level, LogLine(event: "files").adding("result", result).adding("cause", cause))
    }

    /// Removes the permissions of others from the files, and gives root's files to the owner of the directory.
    ///
    /// - Returns: The names of files that this process cannot read and write because they belong to somebody else.
    private func tidy() -> [String] {
        let folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        var owner = stat()
        guard folder >= 0 else { return [] }
        defer { close(folder) }
        guard fstat(folder, &owner) == 0 else { return [] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        var foreign: [String] = []
        for name in names.sorted() where Self.prefixes.contains(where: { name.hasPrefix($0) }) {
            var facts = stat()
            guard fstatat(folder, name, &facts, AT_SYMLINK_NOFOLLOW) == 0, facts.st_mode & S_IFMT == S_IFREG else {
                continue
            }
            if geteuid() == 0, facts.st_uid == 0, owner.st_uid != 0 { give(name, in: folder, to: owner) }
            if facts.st_uid == geteuid() || geteuid() == 0 { StateDirectory.shut("\(directory)/\(name)") }
            if faccessat(folder, name, R_OK | W_OK, AT_EACCESS) != 0, facts.st_uid != geteuid() { foreign.append(name) }
        }
        return foreign
    }

    /// Gives a file of root's to the owner of the directory. That owner may have linked somebody else's file there, so
    /// a file with several links stays root's.
    private func give(_ name: String, in folder: Int32, to owner: stat) {
        let file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else { return }
        defer { close(file) }
        var facts = stat()
        guard fstat(file, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG, facts.st_nlink == 1, facts.st_uid == 0
        else { return }
        _ = fchown(file, owner.st_uid, owner.st_gid)
    }
}
