import Foundation
import Synchronization

/// A program started by a test, ended by it, and ended by the kernel if the test process dies first.
///
/// Its standard output and error are collected, bounded, and can be waited for line by line.
public final class ChildProcess: Sendable {
    /// What the program said and how it ended.
    private struct State {
        var output: [UInt8] = []
        var status: Int32?
        var isDrained = false
        var waiters: [UUID: CheckedContinuation<Void, Never>] = [:]
    }

    /// The state, which the thread that waits for the end holds as well.
    private final class Shared: Sendable {
        private let state = Mutex(State())

        func withLock<Result>(_ body: (inout State) -> Result) -> Result { state.withLock { body(&$0) } }

        /// Changes it and resumes all who wait for a change.
        func wake(_ change: (inout State) -> Void) {
            let waiters = withLock { state in
                change(&state)
                defer { state.waiters = [:] }
                return Array(state.waiters.values)
            }
            for waiter in waiters { waiter.resume() }
        }
    }

    /// More than this many bytes of output are not kept; the first ones are the ones that tell.
    private static let outputLimit = 16 << 20

    /// The program's process id.
    public let pid: Int32

    private let state = Shared()

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - program: A name looked up in the usual directories (`/usr/sbin` included), or a path.
    ///   - arguments: Its arguments.
    ///   - environment: Variables added to those of this process; a nil value takes one away.
    ///   - directory: Its working directory.
    ///   - inherited: Descriptors of listening sockets that it gets as systemd would hand them over.
    /// - Throws: If the program is not there or cannot be started.
    public init(
        _ program: String, _ arguments: [String] = [], environment: [String: String?] = [:], directory: String? = nil,
        inherited: [Int32] = []
    ) async throws {
        var merged = ProcessInfo.processInfo.environment
        for (name, value) in environment { merged[name] = value }
        var words = [try Self.find(program)] + arguments
        if !inherited.isEmpty {
            // The sockets are announced to one process (sd_listen_fds(3)).
            merged["LISTEN_FDS"] = "\(inherited.count)"
            words = [try Self.find("sh"), "-c", "LISTEN_PID=$$ exec \"$@\"", "sh"] + words
        }
        // setpriv(1) asks the kernel to end the program when the thread that started it ends: see Spawner.
        let started = try await Spawner.shared.start(
            Spawner.Request(
                path: try Self.find("setpriv"),
                arguments: ["--pdeathsig", "KILL", "--"] + words,
                environment: merged, directory: directory, inherited: inherited))
        pid = started.pid
        let output = started.output
        // Not readabilityHandler: FileHandle closes its descriptor when it goes, while libdispatch still uses it, which
        // crashes.
        Thread.detachNewThread { [weak self] in
            var buffer = [UInt8](repeating: 0, count: 65536)
            while case let count = read(output, &buffer, buffer.count), count > 0 || (count < 0 && errno == EINTR) {
                self?.took(Data(buffer.prefix(max(0, count))))
            }
            close(output)
            self?.drained()
        }
        Thread.detachNewThread { [state, pid] in Self.await(pid, state) }
    }

    deinit { signal(SIGKILL) }

    /// All that the program has printed so far.
    public var output: String { String(decoding: state.withLock { $0.output }, as: UTF8.self) }

    /// The exit status, or the negative number of the signal that ended it; nil while it runs.
    public var status: Int32? { state.withLock { $0.status } }

    /// Waits until the output satisfies a condition.
    ///
    /// - Returns: false if the program ended, or the time passed, before that.
    @discardableResult
    public func waitForOutput(
        within limit: Duration = .seconds(60), where satisfied: @Sendable (String) -> Bool
    ) async -> Bool {
        let deadline = ContinuousClock.now + limit
        while !satisfied(output) {
            guard status == nil, ContinuousClock.now < deadline else { return satisfied(output) }
            await change(before: deadline)
        }
        return true
    }

    /// Waits for the program to end.
    ///
    /// - Returns: As `status`; nil if it has not ended within the limit.
    @discardableResult
    public func waitForEnd(within limit: Duration = .seconds(60)) async -> Int32? {
        let deadline = ContinuousClock.now + limit
        while status == nil, ContinuousClock.now < deadline { await change(before: deadline) }
        // What it said last may still be in the pipe; a program of its own that lives on may keep that open.
        if status != nil { _ = await waitForDrain(within: .seconds(2)) }
        return status
    }

    /// Sends a signal to the program, and to nothing else.
    public func signal(_ number: Int32) {
        state.withLock { if $0.status == nil { _ = kill(pid, number) } }
    }

    /// Asks the program to end, and makes it end if it has not within the limit.
    ///
    /// - Returns: As `status`.
    @discardableResult
    public func stop(within limit: Duration = .seconds(20)) async -> Int32? {
        signal(SIGTERM)
        if let status = await waitForEnd(within: limit) { return status }
        signal(SIGKILL)
        return await waitForEnd()
    }

    /// Runs a program to its end.
    ///
    /// - Returns: The exit status and the output.
    public static func run(
        _ program: String, _ arguments: [String], environment: [String: String?] = [:], directory: String? = nil,
        within limit: Duration = .seconds(120)
    ) async throws -> (status: Int32, output: String) {
        // As in onOwnThread.
        try Task.checkCancellation()
        let child = try await ChildProcess(program, arguments, environment: environment, directory: directory)
        guard let status = await child.waitForEnd(within: limit), await child.waitForDrain(within: limit) else {
            await child.stop()
            throw WorldError("\(program) did not end within \(limit)")
        }
        return (status, child.output)
    }

    /// Copies a program. A child process does it: a program started while this process writes a file would hold the
    /// file open, and the kernel runs no program that is open for writing (`ETXTBSY`).
    public static func copy(_ program: String, to path: String) async throws {
        let (status, output) = try await run("cp", [try find(program), path])
        guard status == 0 else { throw WorldError("cp \(program): \(output)") }
    }

    /// The path of a program.
    public static func find(_ program: String) throws -> String {
        if program.contains("/") { return program }
        for directory in ["/usr/local/bin", "/usr/local/sbin", "/usr/bin", "/usr/sbin", "/bin", "/sbin"] {
            let path = "\(directory)/\(program)"
            if access(path, X_OK) == 0 { return path }
        }
        throw WorldError("\(program) is not installed; deploy/test installs what the tests need")
    }

    private func took(_ bytes: Data) {
        state.wake { state in
            if state.output.count < Self.outputLimit { state.output.append(contentsOf: bytes) }
        }
    }

    private func drained() { state.wake { $0.isDrained = true } }

    private func waitForDrain(within limit: Duration) async -> Bool {
        let deadline = ContinuousClock.now + limit
        while !state.withLock({ $0.isDrained }), ContinuousClock.now < deadline { await change(before: deadline) }
        return state.withLock { $0.isDrained }
    }

    /// Waits for the end, on a thread of its own. The process number must not be given to another process before
    /// `status` says that this one is over, so it is kept until then (waitid(2), `WNOWAIT`).
    private static func await(_ pid: Int32, _ state: Shared) {
        var information = siginfo_t()
        while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) < 0, errno == EINTR {}
        state.wake {
            var status: Int32 = 0
            waitpid(pid, &status, 0)
            $0.status = status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F)
        }
    }

    /// Returns at the next output, at the end of the program, or at the deadline.
    private func change(before deadline: ContinuousClock.Instant) async {
        let id = UUID()
        let timer = Task {
            try? await Task.sleep(until: min(deadline, .now + .milliseconds(200)))
            state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
        }
        await withCheckedContinuation { continuation in
            state.withLock { $0.waiters[id] = continuation }
        }
        timer.cancel()
    }
}

/// Why a piece of the test world could not be made.
public struct WorldError: Error, CustomStringConvertible {
    /// A sentence.
    public let description: String
    /// An error of the sentence.
    public init(_ description: String) { self.description = description }
}
