import Glibc
import Support
import Synchronization

/// A command that is under way on one host: a child process, its two pipes, and its bounds.
final class SiteCall {
    /// Why a program could not be started.
    struct StartError: Error {
        /// The program and the system's words.
        let words: String
    }

    /// How much of standard error is kept. What follows is read and forgotten.
    private static let errorBytes = 4096
    /// How long a program that is asked to end may take, and how long pipes are read when it has ended: others may hold
    /// them open.
    private static let patience = (end: Duration.seconds(1), pipes: Duration.milliseconds(200))

    private let mta: String
    private let pid: pid_t
    private let limit: Duration
    private let bytes: Int
    private let begun = ContinuousClock.now
    private var output = Pipe()
    private var errors = Pipe()
    /// What the system says of its end, and when that was seen.
    private var ended: (status: Int32, at: ContinuousClock.Instant)?
    /// Why it was told to end, when, and whether by a signal that nobody can ignore.
    private var stopped: (why: SiteAnswer.End, at: ContinuousClock.Instant, isForced: Bool)?

    /// The reading end of a pipe, and what came through.
    private struct Pipe {
        var descriptor: Int32 = -1
        var bytes: [UInt8] = []

        var isOpen: Bool { descriptor >= 0 }

        mutating func end() {
            if isOpen { Glibc.close(descriptor) }
            descriptor = -1
        }

        /// Reads what is there, and keeps up to so many bytes.
        ///
        /// - Returns: Whether there were more.
        mutating func read(_ limit: Int) -> Bool {
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            var isFull = false
            // No host keeps the others waiting.
            for _ in 0..<16 where isOpen {
                let count = Glibc.read(descriptor, &buffer, buffer.count)
                if count > 0 {
                    isFull = isFull || bytes.count + count > limit
                    bytes += buffer.prefix(min(count, limit - bytes.count))
                } else if count == 0 || errno != EAGAIN && errno != EINTR {
                    end()
                } else {
                    break
                }
            }
            return isFull
        }
    }

    private init(_ mta: String, _ pid: pid_t, output: Int32, errors: Int32, limit: Duration, bytes: Int) {
        self.mta = mta
        self.pid = pid
        self.limit = limit
        self.bytes = bytes
        self.output.descriptor = output
        self.errors.descriptor = errors
    }

    /// Starts a program with nothing to read.
    ///
    /// - Parameters:
    ///   - call: The program, looked up in PATH, and its arguments.
    ///   - limit: How long it may run.
    ///   - bytes: How much it may print.
    static func start(
        _ mta: String, _ call: [String], _ environment: [String: String], limit: Duration, bytes: Int
    ) -> Result<SiteCall, StartError> {
        // A program that another thread starts meanwhile would hold the pipes open.
        starting.withLock { _ in begin(mta, call, environment, limit: limit, bytes: bytes) }
    }

    private static let starting = Mutex(())

    private static func begin(
        _ mta: String, _ call: [String], _ environment: [String: String], limit: Duration, bytes: Int
    ) -> Result<SiteCall, StartError> {
        var output: [Int32] = [-1, -1]
        var errors: [Int32] = [-1, -1]
        func fail(_ number: Int32) -> Result<SiteCall, StartError> {
            for end in output + errors where end >= 0 { Glibc.close(end) }
            return .failure(StartError(words: "\(call[0]): \(SurveyError.words(number))"))
        }
        guard pipe(&output) == 0, pipe(&errors) == 0 else { return fail(errno) }
        for end in output + errors { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        for end in [output[0], errors[0]] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output[1], 1)
        posix_spawn_file_actions_adddup2(&actions, errors[1], 2)
        // What this process ignores or blocks is no rule for ssh.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for signal in [SIGPIPE, SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, signal) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var words: [UnsafeMutablePointer<CChar>?] = call.map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for word in words + variables { free(word) } }
        var pid: pid_t = 0
        let code = posix_spawnp(&pid, call[0], &actions, &attributes, &words, &variables)
        guard code == 0 else { return fail(code) }
        Glibc.close(output[1])
        Glibc.close(errors[1])
        return .success(SiteCall(mta, pid, output: output[0], errors: errors[0], limit: limit, bytes: bytes))
    }

    /// What is to be waited for.
    var polls: [pollfd] {
        [output, errors].filter(\.isOpen).map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
    }

    /// Whether there is nothing more to wait for.
    private(set) var isOver = false

    /// Reads what has come, and sees to the end.
    func move() {
        if output.read(bytes) {
            stop(.endless(bytes))
            output.end()
        }
        _ = errors.read(Self.errorBytes)
        let now = ContinuousClock.now
        var status: Int32 = 0
        if ended == nil, waitpid(pid, &status, WNOHANG) == pid { ended = (status, now) }
        if let ended {
            isOver = stopped != nil || !output.isOpen && !errors.isOpen || now - ended.at > Self.patience.pipes
        } else if let stopped, now - stopped.at > Self.patience.end {
            // One that the kernel cannot end now is left to it.
            isOver = stopped.isForced
            kill(pid, SIGKILL)
            self.stopped = (stopped.why, now, true)
        } else if now - begun > limit {
            stop(.late(limit))
        }
        if isOver { closePipes() }
    }

    private func stop(_ why: SiteAnswer.End) {
        guard stopped == nil else { return }
        // One that has ended by itself may have printed too much all the same.
        stopped = (why, .now, false)
        if ended == nil { kill(pid, SIGTERM) }
    }

    /// What came of it, once it is over.
    var answer: SiteAnswer {
        let end =
            stopped?.why
            ?? ended.map { ended in
                let signal = ended.status & 0x7F
                return signal == 0 ? .exited(ended.status >> 8 & 0xFF) : .killed(signal)
            } ?? .late(limit)
        return SiteAnswer(mta: mta, end: end, output: output.bytes, errors: errors.bytes)
    }

    /// Ends it, because nobody wants the answer any more.
    func abandon() {
        if ended == nil {
            kill(pid, SIGKILL)
            // Of one that the kernel cannot end now nobody waits for the end.
            var status: Int32 = 0
            waitpid(pid, &status, WNOHANG)
        }
        closePipes()
    }

    private func closePipes() {
        output.end()
        errors.end()
    }
}
