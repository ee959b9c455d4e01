import Glibc
import Support

/// The last good copy of the policy file, in the state directory. A mistake in the file must not prevent the daemon
/// from starting, nor make it rule without policies.
///
/// It contains the text of the file, so its lines have the same numbers, and a last line that names the file. Only the
/// daemon writes it.
package struct PolicyCopy: Sendable {
    /// The file's name in the state directory.
    package static let name = "policy.good"

    /// The copy's path.
    let file: String
    private let original: String
    private let directory: String

    /// The copy of a policy file in a state directory. A copy of another file does not count.
    init(of original: String, in directory: String) {
        self.original = original
        self.directory = directory
        file = "\(directory)/\(Self.name)"
    }

    /// The last line. A copy without it is incomplete, or belongs to another file.
    private var ending: String { "# the last good copy of \(LogLine.escaped(original)), which danegate keeps\n" }

    /// The policies in the copy, and when it was made, in seconds since 1970.
    func read() -> Result<(table: PolicyTable, time: Int64), PolicyCopyError> {
        var facts = stat()
        guard stat(file, &facts) == 0 else {
            let isThere = errno != ENOENT && errno != ENOTDIR
            return .failure(PolicyCopyError(sentence: isThere ? unread(String(cString: strerror(errno))) : nil))
        }
        switch ReadableFile.contents(file, limit: PolicyBook.limit + 1 << 16) {
        case .failure(let fault): return .failure(PolicyCopyError(sentence: unread(fault.clause)))
        case .success(let text):
            guard text.hasSuffix("\n" + ending) || text == ending else {
                return .failure(PolicyCopyError(sentence: nil))
            }
            do throws(PolicyError) {
                return .success((try PolicyTable(text: text, path: file), Int64(facts.st_mtim.tv_sec)))
            } catch {
                // It was valid when it was written, so another version wrote it.
                return .failure(PolicyCopyError(sentence: nil))
            }
        }
    }

    /// Writes the copy to a new file and then replaces the old one.
    ///
    /// - Returns: Why that failed, as a clause; nil if it is written.
    func keep(_ text: String) -> String? {
        do throws(DatabaseFileError) { try StateDirectory.make(directory) } catch { return error.cause }
        let whole = text + (text.isEmpty || text.hasSuffix("\n") ? "" : "\n") + ending
        do throws(WholeFile.WriteError) { try WholeFile.replace(Self.name, in: directory, with: whole) } catch {
            return "the last good copy of the policy file, \(LogLine.escaped(file)), cannot be written (\(error.cause))"
        }
        return nil
    }

    private func unread(_ why: String) -> String {
        "\(LogLine.escaped(file)): the last good copy cannot be read (\(why))."
    }
}
