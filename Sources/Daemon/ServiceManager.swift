import Glibc
import Support

/// Reports to the service manager (sd_notify(3)): that the daemon is ready, its state, and that it lives. Without a
/// service manager nothing happens.
struct ServiceManager: Sendable {
    private let socket: String?
    /// How often the service manager expects a sign of life; nil if it expects none.
    let watchdog: Duration?

    /// The service manager of an environment: `NOTIFY_SOCKET`, `WATCHDOG_USEC`, `WATCHDOG_PID`.
    init(_ environment: [String: String]) {
        socket = environment["NOTIFY_SOCKET"]
        let isOurs = environment["WATCHDOG_PID"].map { $0 == "\(getpid())" } ?? true
        let time = environment["WATCHDOG_USEC"].flatMap(Int64.init)
        watchdog = isOurs ? time.flatMap { $0 > 0 ? .microseconds($0) : nil } : nil
    }

    func ready() { ServiceNotice.send("READY=1", to: socket) }

    func stopping() { ServiceNotice.send("STOPPING=1", to: socket) }

    /// Reports the state in one line.
    func status(_ text: String) { ServiceNotice.send("STATUS=\(text)", to: socket) }

    /// Reports that the settings are being read again. `ready` ends that.
    func reloading() {
        ServiceNotice.send("RELOADING=1\nMONOTONIC_USEC=\(SystemClock.monotonic.microseconds)", to: socket)
    }

    /// Reports the state of the daemon whenever it changes, and that the daemon lives, until it is cancelled.
    ///
    /// - Parameters:
    ///   - state: The state in one line.
    ///   - isAlive: Returns when the threads that serve have done something. It says nothing about the DNS.
    func follow(_ state: @escaping @Sendable () -> String, isAlive: @escaping @Sendable () async -> Void) async {
        guard socket != nil else { return }
        var told = ""
        // Half of the time, as sd_watchdog_enabled(3) recommends.
        let interval = watchdog.map { $0 / 2 }
        var next = ContinuousClock.now
        while !Task.isCancelled {
            let text = state()
            if text != told { status(text) }
            told = text
            if let interval, .now >= next {
                await isAlive()
                ServiceNotice.send("WATCHDOG=1", to: socket)
                next = .now + interval
            }
            try? await Task.sleep(for: min(.seconds(1), interval ?? .seconds(1)))
        }
    }
}
