import Glibc

/// How many descriptors the process may have.
public enum DescriptorLimit {
    /// The soft limit (getrlimit(2), `RLIMIT_NOFILE`); 256 if it cannot be read.
    public static var current: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 256 }
        return Int(clamping: limit.rlim_cur)
    }
}
