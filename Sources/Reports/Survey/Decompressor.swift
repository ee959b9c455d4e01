import Glibc
import Subprocess
import Support
import Synchronization
import SystemPackage

/// Reads a compressed file through the program that expands it. The program is a child process with bounds on memory,
/// time and output, which no log needs to exceed. The output passes through memory in parts, and is not written to any
/// disk.
struct Decompressor {
    /// Compression makes a log ten to fifty times smaller. Data that expands to more than this many times its size, and
    /// to more than so many bytes, is no log.
    private static let bound = (ratio: 300, bytes: 1 << 30)
    /// The longest time to wait for a byte.
    private static let patience = Duration.seconds(60)
    /// The bounds of the child: memory in bytes, and processor time in seconds.
    private static let limits = (memory: 1 << 30, time: 4 * 3600)

    private let compression: Compression

    /// The progress of a reading, which its parts share.
    private final class Course: Sendable {
        /// The size of the file, or the number of bytes that were handed on from a pipe.
        let fed: Atomic<Int>
        let moved = Mutex(ContinuousClock.now)

        init(fed: Int) { self.fed = Atomic(fed) }
    }

    init(_ compression: Compression) { self.compression = compression }

    /// Reads an open file to its end.
    ///
    /// - Parameters:
    ///   - beginning: The bytes of the file that have been read already.
    ///   - take: Takes in each part as it comes. It must not keep the bytes.
    func read(
        _ descriptor: Int32, _ beginning: [UInt8], _ take: (LentBytes) throws(SurveyError) -> Void
    ) async throws(DecompressorError) {
        var facts = stat()
        let isFile = fstat(descriptor, &facts) == 0 && facts.st_mode & S_IFMT == S_IFREG
        let words: String?
        let status: TerminationStatus
        do {
            if isFile {
                guard lseek(descriptor, 0, SEEK_SET) == 0 else {
                    throw DecompressorError.unreadable(SurveyError.words(errno))
                }
                let course = Course(fed: Int(facts.st_size))
                let result = try await run(
                    configuration,
                    input: .fileDescriptor(FileDescriptor(rawValue: descriptor), closeAfterSpawningProcess: false),
                    output: .sequence, error: .string(limit: 1 << 16)
                ) { execution in
                    async let _: Void = Self.watch(course) { try? execution.send(signal: .kill) }
                    try await Self.pass(execution.standardOutput, course, take) { try? execution.send(signal: .kill) }
                }
                (words, status) = (result.standardError, result.terminationStatus)
            } else {
                let course = Course(fed: beginning.count)
                let result = try await run(
                    configuration, input: .inputWriter, output: .sequence, error: .string(limit: 1 << 16)
                ) { execution in
                    async let feeding: Void = Self.feed(
                        execution.standardInputWriter, beginning: beginning, from: descriptor, course)
                    try await Self.pass(execution.standardOutput, course, take) { try? execution.send(signal: .kill) }
                    _ = await feeding
                }
                (words, status) = (result.standardError, result.terminationStatus)
            }
        } catch let error as DecompressorError {
            throw error
        } catch {
            throw .unreadable("\(compression.rawValue): \(LogLine.escaped("\(error)"))")
        }
        // gzip exits with 2 for a warning: the data is complete, and other bytes follow it.
        if Task.isCancelled || status.isSuccess || status == .exited(2) && compression == .gzip { return }
        guard status != .exited(127) else {
            throw .unreadable(
                "it is compressed, and \(compression.rawValue) is not installed: apt-get install \(compression.package)"
            )
        }
        let why = words?.split(whereSeparator: \.isNewline).first { !$0.allSatisfy(\.isWhitespace) }
        throw .unreadable(why.map { LogLine.escaped(String($0)) } ?? "\(compression.rawValue) ended with \(status)")
    }

    /// The program, run by a shell that sets its bounds, in kilobytes and seconds. The bounds also forbid it to write
    /// files.
    private var configuration: Configuration {
        // The environment is not passed on, because GZIP, XZ_OPT and others could change what the programs do.
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/local/bin:/usr/bin:/bin"
        let script = "ulimit -v \(Self.limits.memory >> 10); ulimit -t \(Self.limits.time); ulimit -f 0; exec \"$@\""
        return Configuration(
            executable: .path("/bin/sh"),
            arguments: Arguments(["-c", script, "sh", compression.rawValue] + compression.arguments),
            environment: .custom(["PATH": path, "LC_ALL": "C"]))
    }

    /// Hands on what the program writes, up to the bound.
    private nonisolated(nonsending) static func pass(
        _ output: SubprocessOutputSequence, _ course: Course, _ take: (LentBytes) throws(SurveyError) -> Void,
        kill: () -> Void
    ) async throws {
        var passed = 0
        for try await buffer in output {
            course.moved.withLock { $0 = .now }
            passed += buffer.count
            do {
                guard passed <= max(bound.bytes, course.fed.load(ordering: .relaxed) * bound.ratio) else {
                    throw DecompressorError.unreadable(
                        "it expands to more than \(bound.ratio) times its size, as no log does")
                }
                try buffer.withUnsafeBytes { bytes in
                    do throws(SurveyError) { try take(bytes.bindMemory(to: UInt8.self)) } catch {
                        throw DecompressorError.taker(error)
                    }
                }
            } catch {
                kill()
                throw error
            }
        }
    }

    /// Ends a program that writes nothing for too long.
    private static func watch(_ course: Course, kill: @Sendable () -> Void) async {
        while (try? await Task.sleep(for: .seconds(1))) != nil {
            if course.moved.withLock({ $0 }) + patience < .now { return kill() }
        }
    }

    /// Gives the program what comes through a pipe. The pipe may be silent for long, so the wait is interrupted
    /// regularly to look for the end of the task.
    private static func feed(
        _ writer: StandardInputWriter, beginning: [UInt8], from descriptor: Int32, _ course: Course
    ) async {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        var part = beginning
        while !Task.isCancelled, await put(part, writer) {
            var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            while !Task.isCancelled, poll(&ready, 1, 100) == 0 { await Task.yield() }
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR || errno == EAGAIN {
                part = []
                continue
            }
            guard count > 0 else { break }
            part = Array(buffer.prefix(count))
            course.fed.add(count, ordering: .relaxed)
        }
        try? await writer.finish()
    }

    /// - Returns: False if the program takes no more.
    private static func put(_ bytes: [UInt8], _ writer: StandardInputWriter) async -> Bool {
        guard !bytes.isEmpty else { return true }
        return (try? await writer.write(bytes)) == bytes.count
    }
}
