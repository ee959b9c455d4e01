import Glibc

/// The process's file descriptors: their limit, and whether any are left.
package enum Descriptors {
    /// Raises the limit as far as the system allows: libunbound needs two per lookup under way, and each probe and each
    /// MTA connection one.
    package static func raiseLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, 65536))
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// How many are tried besides those of the reserve.
    private static let tried = 4

    /// Why there are too few, as a sentence without a full stop; nil if the reserve is held and a few more can be
    /// opened. These are closed again.
    package static func fault() -> String? {
        var code = DescriptorReserve.shared.fill()
        var opened: [Int32] = []
        defer { for descriptor in opened { close(descriptor) } }
        while code == 0, opened.count < tried {
            let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
            if descriptor < 0 { code = errno } else { opened.append(descriptor) }
        }
        switch code {
        case EMFILE: return "the process has no file descriptors left (EMFILE)"
        case ENFILE: return "the machine has no file descriptors left (ENFILE)"
        default: return nil
        }
    }
}
