import Glibc

/// Threads for C calls that block.
enum ServiceThread {
    /// What a new thread gets.
    private final class Start: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Runs a body on a detached thread. All signals are blocked in that thread and in those that it makes.
    ///
    /// - Throws: If the system gives no thread.
    static func start(_ body: @escaping @Sendable () -> Void) throws(MilterError) {
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        // The new thread inherits the mask, so there is no moment in which it takes a signal.
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        var thread = pthread_t()
        let start = Unmanaged.passRetained(Start(body))
        let result = pthread_create(&thread, nil, run, start.toOpaque())
        guard result == 0 else {
            start.release()
            throw MilterError(.library, "the system gives no thread", errno: result)
        }
        pthread_detach(thread)
    }

    /// Whether a new thread has a signal unblocked, as a thread does that waits for it in sigwait(3).
    ///
    /// It reads /proc. Without /proc, the answer is no.
    ///
    /// - Parameter others: The threads that existed before. They may have the signal unblocked for other reasons.
    static func isWaiting(for signal: Int32, besides others: Set<String>) -> Bool {
        all.subtracting(others).contains { thread in
            blockedSignals(of: thread).map { $0 & (1 << UInt64(signal - 1)) == 0 } ?? false
        }
    }

    /// The ids of the process's threads. Empty without /proc.
    static var all: Set<String> {
        guard let tasks = opendir("/proc/self/task") else { return [] }
        defer { closedir(tasks) }
        var names: Set<String> = []
        while let entry = readdir(tasks) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if Int32(name) != nil { names.insert(name) }
        }
        return names
    }

    /// The signals that a thread has blocked (`SigBlk` in proc(5)). Signal 1 is the lowest bit.
    private static func blockedSignals(of thread: String) -> UInt64? {
        let descriptor = open("/proc/self/task/\(thread)/status", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 8192)
        let count = read(descriptor, &bytes, bytes.count)
        let line = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).split(separator: "\n")
            .first { $0.hasPrefix("SigBlk:") }
        return line.flatMap { UInt64($0.dropFirst(7).drop { $0 == "\t" || $0 == " " }, radix: 16) }
    }

    private static let run: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        guard let argument else { return nil }
        let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        start.body()
        return nil
    }
}
