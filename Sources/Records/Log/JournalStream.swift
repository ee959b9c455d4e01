import Glibc
import Support

/// The systemd journal at the other end of a descriptor. systemd identifies the stream by device and inode
/// (systemd.exec(5), `JOURNAL_STREAM`).
public enum JournalStream {
    /// Whether output to a descriptor goes to the journal, which reads the priority of a line from a `<6>` in front of
    /// it (sd-daemon(3)).
    ///
    /// - Parameters:
    ///   - descriptor: The descriptor.
    ///   - name: The value of `JOURNAL_STREAM`; nil if it is not set.
    static func isJournal(_ descriptor: Int32, named name: String?) -> Bool {
        guard let parts = name?.split(separator: ":", omittingEmptySubsequences: false), parts.count == 2,
            let device = UInt64(parts[0]), let node = UInt64(parts[1])
        else { return false }
        // The variable may be inherited, and the descriptor redirected since. So compare with the descriptor itself.
        return FileIdentity(descriptor: descriptor) == FileIdentity(device: device, node: node)
    }

    /// The value in the process's environment.
    static var name: String? { getenv("JOURNAL_STREAM").map { String(cString: $0) } }

    /// The prefix for a command's message on standard error: a priority if that is the journal, otherwise nothing.
    ///
    /// - Parameter isError: Whether the command fails because of it. If not, it is a warning.
    public static func prefix(isError: Bool) -> String {
        isJournal(STDERR_FILENO, named: name) ? "<\(isError ? LOG_ERR : LOG_WARNING)>" : ""
    }
}
