import Glibc

/// How many files and sockets can be opened, and whether any can.
enum Descriptors {
    /// How many this process may have.
    static var limit: Int {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return Int(clamping: limit.rlim_cur)
    }

    /// Takes as many as the system lets us have: libunbound takes two a lookup under way, each probe and each MTA connection one.
    static func raiseLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, 65536))
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

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
