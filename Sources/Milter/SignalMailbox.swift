import Glibc

/// The signals of a daemon that contains libmilter, as messages for the main thread.
///
/// libmilter waits for SIGHUP, SIGTERM and SIGINT on a thread of its own, and stops at any of them. To prevent that,
/// all signals are blocked in its threads (`MilterService.start`), and handlers in the main thread take them: Linux
/// tries the main thread first. In three cases libmilter gets a signal nevertheless (kernel/signal.c; all three have
/// occurred):
///
/// - The signal is blocked in the main thread, as it is while its handler runs. Therefore SA_NODEFER is set.
/// - Another signal is pending for the main thread, which has not run yet. If the other signal ends the daemon, this
///   one may do so too. SIGUSR1 does not end it, so another thread takes it.
/// - libmilter's thread begins to wait while the signal is pending. `MilterService.start` ignores SIGHUP until it
///   waits.
public struct SignalMailbox: Sendable {
    /// What a message says.
    public enum Signal: Sendable, Hashable, CaseIterable {
        /// SIGTERM: end.
        case terminate
        /// SIGINT: end, from a terminal.
        case interrupt
        /// SIGHUP: read the settings again.
        case hangup
        /// SIGUSR1: the same as SIGHUP, for administrators who do not want to send a milter a SIGHUP.
        case user1

        fileprivate var number: Int32 {
            switch self {
            case .terminate: SIGTERM
            case .interrupt: SIGINT
            case .hangup: SIGHUP
            case .user1: SIGUSR1
            }
        }
    }

    private let descriptor: Int32

    /// Installs the handlers and makes the process ignore SIGPIPE. Call it once, in the main thread, before there are
    /// other threads in which these signals are not blocked.
    ///
    /// - Throws: If the system gives no pipe or thread.
    public static func install() throws(MilterError) -> SignalMailbox {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw MilterError(.library, "no pipe for signals", errno: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        // A handler must not wait. If the pipe is full, the main thread will wake up anyway.
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        mailSlot = ends[1]
        var mask = sigset_t()
        sigemptyset(&mask)
        for signal in Signal.allCases where signal != .user1 {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = putLetter
            action.sa_flags = SA_RESTART | SA_NODEFER
            sigaction(signal.number, &action, nil)
            sigaddset(&mask, signal.number)
        }
        signal(SIGPIPE, SIG_IGN)
        // They may be blocked, because a process inherits its mask.
        pthread_sigmask(SIG_UNBLOCK, &mask, nil)
        var user = sigset_t()
        sigemptyset(&user)
        sigaddset(&user, SIGUSR1)
        pthread_sigmask(SIG_BLOCK, &user, nil)
        try ServiceThread.start {
            var user = sigset_t()
            sigemptyset(&user)
            sigaddset(&user, SIGUSR1)
            var number: Int32 = 0
            while sigwait(&user, &number) == 0 { putLetter(number) }
        }
        return SignalMailbox(descriptor: ends[0])
    }

    /// Adds a message without a signal, from any thread, to wake the main thread.
    public func post(_ signal: Signal) { putLetter(signal.number) }

    /// Waits for the next signals. It blocks the calling thread, which should be the main thread.
    ///
    /// - Returns: The signals that have come, each of them once, those that end the daemon first.
    public func wait() -> [Signal] {
        var bytes = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &bytes, bytes.count)
            let signals = Signal.allCases.filter { bytes.prefix(max(0, count)).contains(UInt8($0.number)) }
            if !signals.isEmpty { return signals }
        }
    }
}

/// The writing end of the pipe. It is written once, before any handler is installed, and read by signal handlers, which
/// must not take a lock.
private nonisolated(unsafe) var mailSlot: Int32 = -1

/// The signal handler. It does only what signal-safety(7) allows.
private func putLetter(_ number: Int32) {
    let before = errno
    var byte = UInt8(truncatingIfNeeded: number)
    _ = write(mailSlot, &byte, 1)
    errno = before
}
