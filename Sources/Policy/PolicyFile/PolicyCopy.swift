import Foundation
import Support

/// The last good copy of the policy file, in the state directory: a slip in the file must not keep the daemon from
/// starting, nor let everybody be ruled without policies.
///
/// It is the file's text, so that its lines have the same numbers, and a last line that names the file. Only the daemon
/// writes it.
package struct PolicyCopy: Sendable {
    /// The file's name in the state directory.
    package static let name = "policy.good"

    /// Why there is no copy to be had.
    struct Fault: Error {
        /// A sentence; nil where there is none, which is nothing to tell.
        let sentence: String?
    }

    /// The copy's path.
    let file: String
    private let original: String
    private let directory: String

    /// The copy of a policy file in a state directory. None of another file's is taken for it.
    init(of original: String, in directory: String) {
        self.original = original
        self.directory = directory
        file = "\(directory)/\(Self.name)"
    }

    /// The last line. A copy without it is not whole, or another file's.
    private var ending: String { "# the last good copy of \(LogLine.escaped(original)), which danegate keeps\n" }

    /// The policies of the copy, and when it was made, in seconds since 1970.
    func read() -> Result<(table: PolicyTable, time: Int64), Fault> {
        var facts = stat()
        guard stat(file, &facts) == 0 else {
            let isThere = errno != ENOENT && errno != ENOTDIR
            return .failure(Fault(sentence: isThere ? unread(String(cString: strerror(errno))) : nil))
        }
        switch ReadableFile.contents(file, limit: PolicyBook.limit + 1 << 16) {
        case .failure(let fault): return .failure(Fault(sentence: unread(fault.clause)))
        case .success(let text):
            guard text.hasSuffix("\n" + ending) || text == ending else { return .failure(Fault(sentence: nil)) }
            do throws(PolicyTable.Faults) {
                return .success((try PolicyTable(text: text, path: file), Int64(facts.st_mtim.tv_sec)))
            } catch {
                // It was good once: another version has written it.
                return .failure(Fault(sentence: nil))
            }
        }
    }

    /// Writes the copy, beside the one there is and then in its place.
    ///
    /// - Returns: Why it cannot, a clause; nil if it is written.
    func keep(_ text: String) -> String? {
        do throws(DatabaseFault) { try StateDirectory.make(directory) } catch { return error.cause }
        let whole = text + (text.isEmpty || text.hasSuffix("\n") ? "" : "\n") + ending
        let new = "\(file).new"
        unlink(new)
        let descriptor = open(new, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, StateDirectory.fileMode)
        guard descriptor >= 0 else { return unwritten() }
        var fault: String?
        do {
            try FileHandle(fileDescriptor: descriptor, closeOnDealloc: false).write(contentsOf: Data(whole.utf8))
        } catch {
            fault = unwritten()
        }
        if fault == nil, fchmod(descriptor, StateDirectory.fileMode) != 0 || fsync(descriptor) != 0 {
            fault = unwritten()
        }
        StateDirectory.giveToOwner(descriptor, of: directory)
        close(descriptor)
        if fault == nil, rename(new, file) != 0 { fault = unwritten() }
        if fault != nil { unlink(new) }
        return fault
    }

    private func unread(_ why: String) -> String {
        "\(LogLine.escaped(file)): the last good copy cannot be read (\(why))."
    }

    private func unwritten() -> String {
        "the last good copy of the policy file, \(LogLine.escaped(file)), cannot be written (\(String(cString: strerror(errno))))"
    }
}
