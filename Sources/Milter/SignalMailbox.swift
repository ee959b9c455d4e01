import Glibc

/// The signals of a daemon with libmilter in it, as letters that the main thread reads.
///
/// libmilter waits for SIGHUP, SIGTERM and SIGINT on a thread of its own and stops at any of them. To keep them from it, its
/// threads have all signals blocked (`MilterService.start`), and the main thread takes them with handlers: Linux offers a
/// signal to the main thread first. In three cases libmilter gets it all the same (kernel/signal.c; all three happened):
///
/// - The signal is blocked in the main thread, as it is while its handler runs: hence SA_NODEFER.
/// - Another signal is pending for a main thread that has not got round to it. If the other one ends the daemon, so may this
///   one; so SIGUSR1, which does not, is taken on another thread.
/// - libmilter's thread begins to wait while the signal is pending: `MilterService.start` has SIGHUP ignored until it waits.
public struct SignalMailbox: Sendable {
    /// What a letter says.
    public enum Signal: Sendable, Hashable, CaseIterable {
        /// SIGTERM: end.
        case terminate
        /// SIGINT: end, from a terminal.
        case interrupt
        /// SIGHUP: read the settings again.
        case hangup
        /// SIGUSR1: as SIGHUP, for those who do not trust it with milters.
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

    /// Installs the handlers, and has SIGPIPE ignored. Call it once, in the main thread, before there are other threads
    /// that have these signals unblocked.
    ///
    /// - Throws: If the system gives no pipe or thread.
    public static func install() throws(MilterError) -> SignalMailbox {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw MilterError(.library, "no pipe for signals", errno: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        // A handler must not wait. A full pipe says enough already.
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
        // They may have been inherited blocked.
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

    /// Puts a letter in without a signal, from any thread: to wake the main thread.
    public func post(_ signal: Signal) { putLetter(signal.number) }

    /// Waits for the next signals; blocks the calling thread, which should be the main thread.
    ///
    /// - Returns: The signals that have come, each once however often it came, those that end the daemon first.
    public func wait() -> [Signal] {
        var bytes = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &bytes, bytes.count)
            let signals = Signal.allCases.filter { bytes.prefix(max(0, count)).contains(UInt8($0.number)) }
            if !signals.isEmpty { return signals }
        }
    }
}

/// The writing end of the pipe. Written once, before any handler is installed; read by signal handlers, which may not lock.
private nonisolated(unsafe) var mailSlot: Int32 = -1

/// The signal handler: nothing but what signal-safety(7) allows.
private func putLetter(_ number: Int32) {
    let before = errno
    var byte = UInt8(truncatingIfNeeded: number)
    _ = write(mailSlot, &byte, 1)
    errno = before
}
