import DANE
import Glibc
import Synchronization

/// The thread on which libmilter waits for connections, as `PollHook` and `AcceptHook` see it.
///
/// libmilter has no call that stops it from taking connections, and looks at its stop flag only when it has waited for
/// five seconds or for a connection. A connection of our own would wake it. But if the socket was inherited, and
/// libmilter no longer takes it, that connection stays in the backlog: the service manager would start the daemon that
/// it has just stopped. So libmilter is woken in poll(2), and no connection is made.
final class Listener: Sendable {
    /// What the thread is to do.
    private enum Phase: Int, AtomicRepresentable {
        /// Take connections.
        case serving
        /// Take no more connections. They wait in the backlog.
        case holding
        /// Look at the stop flag.
        case ending
    }

    private let phase = Atomic(Phase.serving)
    /// Whether the thread waits and takes no connection.
    private let isHeld = Atomic<Bool>(false)
    /// Whether there is such a thread.
    private let isUsed = Atomic<Bool>(false)
    /// The empty connections that libmilter is still to get.
    private let passes = Atomic<Int>(0)
    /// A pair of sockets that wakes the thread, the end that it reads and the other one; -1 if the system gave none.
    let bell: Int32
    private let cord: Int32
    /// Whether the bell has failed: then the thread looks around instead.
    private let isDeaf = Atomic<Bool>(false)
    /// The address family of libmilter's socket.
    private let family: sa_family_t

    /// - Parameter socket: Where libmilter listens.
    init(of socket: MilterSocket) {
        family = sa_family_t(Self.family(socket))
        var ends: [Int32] = [-1, -1]
        let kind = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        if socketpair(AF_UNIX, Int32(kind), 0, &ends) != 0 { ends = [-1, -1] }
        (bell, cord) = (ends[0], ends[1])
    }

    private static func family(_ socket: MilterSocket) -> Int32 {
        guard case .inet(let address, _) = socket else { return AF_UNIX }
        return if case .v4 = address { AF_INET } else { AF_INET6 }
    }

    deinit { for descriptor in [bell, cord] where descriptor >= 0 { close(descriptor) } }

    // MARK: From other threads

    /// Gives libmilter an empty connection, which makes it look for sessions that wait for a worker. It does not block.
    func pass() {
        passes.add(1, ordering: .releasing)
        ring()
    }

    /// Lets libmilter take no more connections; it still serves those that it has. It blocks until that is certain.
    ///
    /// - Parameter limit: How long to wait for that.
    func hold(atMost limit: Duration) {
        _ = phase.compareExchange(expected: .serving, desired: .holding, ordering: .sequentiallyConsistent)
        ring()
        let end = ContinuousClock.now + limit
        while isUsed.load(ordering: .acquiring), !isHeld.load(ordering: .acquiring), ContinuousClock.now < end {
            usleep(500)
        }
    }

    /// Lets the thread return to libmilter, which then ends. `smfi_stop` must have been called, or be called at once.
    func end() {
        phase.store(.ending, ordering: .sequentiallyConsistent)
        ring()
    }

    private func ring() {
        // If its buffer is full, it has rung often enough. If the bell has failed, no signal may end the process.
        var byte: UInt8 = 0
        _ = send(cord, &byte, 1, Int32(MSG_NOSIGNAL))
    }

    // MARK: On the thread itself

    /// The thread begins to wait for connections, or will no longer do so.
    func isUsed(_ isUsed: Bool) { self.isUsed.store(isUsed, ordering: .sequentiallyConsistent) }

    /// What poll(2) on libmilter's socket is to return.
    ///
    /// - Parameters:
    ///   - entry: The entry of the socket.
    ///   - timeout: In milliseconds.
    ///   - poll: The C library's poll(2).
    func wait(
        _ entry: UnsafeMutablePointer<pollfd>, timeout: Int32,
        _ poll: (UnsafeMutablePointer<pollfd>?, nfds_t, Int32) -> Int32
    ) -> Int32 {
        while true {
            // Without a bell, the thread looks around. poll(2) ignores an entry without a descriptor.
            let bell = isDeaf.load(ordering: .relaxed) ? -1 : bell
            let timeout = bell >= 0 ? timeout : min(timeout, 20)
            let phase = phase.load(ordering: .sequentiallyConsistent)
            if phase == .ending {
                StopFlag.waitUntilSet()
                return 0
            }
            if passes.load(ordering: .acquiring) > 0 {
                entry.pointee.revents = Int16(POLLIN)
                return 1
            }
            let isHolding = phase == .holding
            if isHolding { isHeld.store(true, ordering: .releasing) }
            var both = [pollfd(fd: bell, events: Int16(POLLIN), revents: 0), entry.pointee]
            both[1].revents = 0
            let ready = poll(&both, isHolding ? 1 : 2, timeout)
            guard ready > 0 else { return ready }
            if both[0].revents != 0 {
                // What it rang for comes first: a held thread must not take the connection that came at the same time.
                var bytes = [UInt8](repeating: 0, count: 512)
                // One that says something and has nothing to read would say it for ever: no connection would be taken.
                if read(bell, &bytes, bytes.count) <= 0 { isDeaf.store(true, ordering: .relaxed) }
                continue
            }
            entry.pointee.revents = both[1].revents
            return 1
        }
    }

    /// The empty connection that accept(2) is to return: one whose other end is closed. nil if there is none to return.
    ///
    /// - Parameter address: Gets the address family that libmilter expects.
    func takePass(_ address: UnsafeMutablePointer<sockaddr>?) -> Int32? {
        guard passes.load(ordering: .acquiring) > 0 else { return nil }
        passes.subtract(1, ordering: .acquiringAndReleasing)
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            // libmilter goes on after this error. The next pass may have more luck.
            errno = ECONNABORTED
            return -1
        }
        close(ends[1])
        address?.pointee.sa_family = family
        return ends[0]
    }
}
