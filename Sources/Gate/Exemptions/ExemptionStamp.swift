import Glibc
import Support

/// Tells whether the file of exemptions has changed: the identity of the file, and SQLite's count of the transactions
/// that changed it (https://www.sqlite.org/fileformat2.html#file_change_counter). The count is exact, which the times
/// of files are not.
struct ExemptionStamp: Equatable {
    private let identity: FileIdentity
    private let size: Int
    private let counter: [UInt8]

    /// Reads the stamp of the file at a path; nil if no file there can be read.
    init?(_ path: String) {
        // O_NONBLOCK, because open(2) would wait for a writer if the path were a named pipe.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else { return nil }
        identity = FileIdentity(facts)
        size = Int(facts.st_size)
        var bytes = [UInt8](repeating: 0, count: 4)
        guard pread(descriptor, &bytes, 4, 24) >= 0 else { return nil }
        counter = bytes
    }

    /// Whether both stamps are of one file.
    func isSameFile(_ other: ExemptionStamp) -> Bool { identity == other.identity }
}
