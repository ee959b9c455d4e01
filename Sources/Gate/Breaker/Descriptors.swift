import Glibc

/// Whether files and sockets can be opened.
enum Descriptors {
    /// So many must be left: a fresh resolver takes about twenty.
    static let reserve = 32

    /// Why there are too few, as a sentence without a full stop; nil if there are enough. They are opened and closed again.
    static func fault() -> String? {
        var opened: [Int32] = []
        defer { for descriptor in opened { close(descriptor) } }
        for _ in 0..<reserve {
            let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
            guard descriptor < 0 else {
                opened.append(descriptor)
                continue
            }
            switch errno {
            case EMFILE: return "the process has no file descriptors left (EMFILE)"
            case ENFILE: return "the machine has no file descriptors left (ENFILE)"
            default: return nil
            }
        }
        return nil
    }
}
