import Glibc

/// The resources that the process uses, from /proc.
struct ProcessFigures: Sendable {
    /// Resident memory in KiB; 0 if it cannot be read.
    let memory: Int
    /// The number of threads.
    let threads: Int
    /// The number of open file descriptors, and their limit.
    let descriptors: Int
    let descriptorLimit: Int

    /// The present figures.
    static var current: ProcessFigures {
        let status = text("/proc/self/status")
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return ProcessFigures(
            memory: number(behind: "VmRSS:", in: status), threads: number(behind: "Threads:", in: status),
            descriptors: openDescriptors, descriptorLimit: Int(clamping: limit.rlim_cur))
    }

    private static var openDescriptors: Int {
        guard let directory = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(directory) }
        var count = 0
        while readdir(directory) != nil { count += 1 }
        // Without ".", ".." and the directory itself.
        return max(0, count - 3)
    }

    private static func number(behind key: String, in text: String) -> Int {
        for line in text.split(separator: "\n") where line.hasPrefix(key) {
            return line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) } ?? 0
        }
        return 0
    }

    private static func text(_ path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 8192)
        let count = read(descriptor, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }
}
