import Glibc

/// What tells whether the exemptions' file has changed: which file it is, and SQLite's count of the transactions that changed it
/// (https://www.sqlite.org/fileformat2.html#file_change_counter), which is exact where times of files are not.
struct ExemptionStamp: Equatable {
    private let device: UInt
    private let node: UInt
    private let size: Int
    private let counter: [UInt8]

    /// The stamp of the file at a path; nil if there is none that can be read.
    init?(_ path: String) {
        // A named pipe would be waited for.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else { return nil }
        device = UInt(facts.st_dev)
        node = UInt(facts.st_ino)
        size = Int(facts.st_size)
        var bytes = [UInt8](repeating: 0, count: 4)
        guard pread(descriptor, &bytes, 4, 24) >= 0 else { return nil }
        counter = bytes
    }

    /// Whether both are of one file.
    func isSameFile(_ other: ExemptionStamp) -> Bool { device == other.device && node == other.node }
}
