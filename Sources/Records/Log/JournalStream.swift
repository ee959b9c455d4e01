import Glibc

/// The journal at the other end of a descriptor: systemd names the stream by device and inode (systemd.exec(5),
/// `JOURNAL_STREAM`).
public enum JournalStream {
    /// Whether what is written to a descriptor goes to the journal, which reads a line's priority from `<6>` before it
    /// (sd-daemon(3)).
    ///
    /// - Parameters:
    ///   - name: The value of `JOURNAL_STREAM`; nil where there is none.
    static func isJournal(_ descriptor: Int32, named name: String?) -> Bool {
        guard let parts = name?.split(separator: ":", omittingEmptySubsequences: false), parts.count == 2,
            let device = UInt64(parts[0]), let node = UInt64(parts[1])
        else { return false }
        var facts = stat()
        // A variable that was inherited says nothing where somebody has redirected the descriptor since.
        return fstat(descriptor, &facts) == 0 && UInt64(facts.st_dev) == device && UInt64(facts.st_ino) == node
    }

    /// What the process's environment says.
    static var name: String? { getenv("JOURNAL_STREAM").map { String(cString: $0) } }

    /// What stands before a command's message on standard error: a priority where that is the journal, else nothing.
    ///
    /// - Parameter isError: Whether the command fails for it; a warning otherwise.
    public static func prefix(isError: Bool) -> String {
        isJournal(STDERR_FILENO, named: name) ? "<\(isError ? LOG_ERR : LOG_WARNING)>" : ""
    }
}
