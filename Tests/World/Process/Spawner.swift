import CSpawn
import Foundation
import Synchronization

/// The one thread that starts programs, by posix_spawn(3).
///
/// PR_SET_PDEATHSIG depends on the thread that forked, not on its process. A program started from a pool thread would
/// be ended when the pool lets that thread go. This thread lives as long as the process.
///
/// Foundation's Process is not used. It copies each entry of `/proc/self/fd` in its full length of 280 bytes, of which
/// readdir(3) gives 24. So it sometimes reads beyond the heap if many descriptors are open.
final class Spawner: Sendable {
    /// What to start.
    struct Request: Sendable {
        let path: String
        let arguments: [String]
        let environment: [String: String]
        let directory: String?
        /// What it gets as descriptors 3 and up.
        var inherited: [Int32] = []
    }

    /// What was started, and the end of the pipe that it prints to, which is the caller's to close.
    struct Started: Sendable {
        let pid: Int32
        let output: Int32
    }

    static let shared = Spawner()

    private let queue = Mutex<[(Request, CheckedContinuation<Started, any Error>)]>([])
    private let ready = DispatchSemaphore(value: 0)

    private init() {
        // A program may end before it has read what a test writes to it.
        signal(SIGPIPE, SIG_IGN)
        Thread.detachNewThread { [self] in
            while true {
                ready.wait()
                let (request, continuation) = queue.withLock { $0.removeFirst() }
                continuation.resume(with: Result { try Self.spawn(request) })
            }
        }
    }

    /// Starts a program; its standard input is empty, and it has no other descriptors of this process than it is to
    /// inherit.
    func start(_ request: Request) async throws -> Started {
        try await withCheckedThrowingContinuation { continuation in
            queue.withLock { $0.append((request, continuation)) }
            ready.signal()
        }
    }

    private static func spawn(_ request: Request) throws -> Started {
        var ends: [Int32] = [-1, -1]
        guard pipe2(&ends, O_CLOEXEC) == 0 else { throw WorldError("no pipe: \(String(cString: strerror(errno)))") }
        defer { close(ends[1]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
        // Copies above those numbers that they are to get.
        let copies = request.inherited.map { fcntl($0, F_DUPFD_CLOEXEC, 100) }
        defer { for copy in copies { close(copy) } }
        for (number, copy) in copies.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, copy, Int32(3 + number))
        }
        posix_spawn_file_actions_addclosefrom_np(&actions, Int32(3 + copies.count))
        if let directory = request.directory { posix_spawn_file_actions_addchdir_np(&actions, directory) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A blocked or ignored signal would be so in the program too: no SIGTERM, no SIGHUP, no SIGCHLD, no SIGPIPE.
        var (none, all) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        let words = ([request.path] + request.arguments).map { strdup($0) } + [nil]
        let variables = request.environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in words + variables { free(text) } }
        var pid: Int32 = 0
        let error = posix_spawn(&pid, request.path, &actions, &attributes, words, variables)
        guard error == 0 else {
            close(ends[0])
            throw WorldError("cannot start \(request.path): \(String(cString: strerror(error)))")
        }
        return Started(pid: pid, output: ends[0])
    }
}
