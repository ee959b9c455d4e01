import ArgumentParser
import DANE
import Foundation
import Milter
import Policy
import Records
import Reports
import Web

/// `danegate page`: trace and overview of all hosts of a site, in a browser.
struct PageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "page", abstract: "Show trace and overview of all hosts of a site in a browser.",
        discussion: """
            Serves a page in the foreground until Ctrl-C, and prints its address. Run it where you have the ssh keys \
            of the hosts. The trace has the recipients of all hosts, each with its host; the overview has a row a \
            host, their reports in one, and their exemptions. Nothing can be tested or changed there. By default the \
            page listens on 127.0.0.1 at a free port, and asks for a token that is made anew for each run: any user \
            name, and the token as password. A unix socket has mode 0600 and needs no token. From another machine, \
            ssh -L 8896:127.0.0.1:PORT leads there. danegate-hosts(5) has the list and the bounds.
            Exits 0 when it is ended, 64 on usage, 65 or 66 if the list is at fault, 69 if it cannot listen.
            """)

    @OptionGroup var options: SettingsOptions

    @OptionGroup var site: HostsOptions

    @Option(
        help: ArgumentHelp(
            "Where to listen: 127.0.0.1:8896, [::1]:8896 or unix:/path. By default 127.0.0.1 at a free port.",
            valueName: "address"))
    var listen: String?

    func validate() throws {
        guard site.isUsed else { throw ValidationError("--hosts FILE is needed.") }
    }

    func run() throws {
        let socket = try place()
        let hosts = try site.site(options)
        // Before there are other threads, which inherit it: the signals wait for `sigwait`.
        var signals = sigset_t()
        sigemptyset(&signals)
        for signal in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, signal) }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        signal(SIGPIPE, SIG_IGN)
        umask(0o077)
        var settings = Settings()
        (settings.log, settings.logLevel) = (.stderr, .warning)
        let token: String? = if case .inet = socket { Self.token() } else { nil }
        let page: HostsPage
        do throws(WebError) {
            page = try HostsPage(
                hosts, on: socket, token: token, limit: site.time(otherwise: .seconds(10)), log: GateLog(settings))
        } catch { throw ExitError(EX_UNAVAILABLE, error.sentence) }
        try Self.tell(page.address, token, hosts.hosts.count)
        var number: Int32 = 0
        while sigwait(&signals, &number) != 0 {}
        let closed = DispatchSemaphore(value: 0)
        Task {
            await page.close()
            closed.signal()
        }
        closed.wait()
    }

    /// Where to listen.
    private func place() throws(ExitError) -> MilterSocket {
        guard let listen else { return .inet(address: .v4(0x7F00_0001), port: 0) }
        let isBare = !listen.hasPrefix("/") && !listen.hasPrefix("unix:")
        guard let socket = try? MilterSocket(isBare ? "inet:\(listen)" : listen) else {
            throw ExitError(EX_USAGE, "--listen takes 127.0.0.1:8896, [::1]:8896 or unix:/path.")
        }
        guard HostsPage.mayListen(on: socket) else {
            throw ExitError(EX_USAGE, "--listen takes a loopback address or a unix socket: others must not get there.")
        }
        return socket
    }

    /// A token that nobody guesses: 40 digits of the system's random numbers.
    private static func token() -> String {
        var random = SystemRandomNumberGenerator()
        return (0..<40).map { _ in String(Int.random(in: 0..<16, using: &random), radix: 16) }.joined()
    }

    private static func tell(_ address: MilterSocket, _ token: String?, _ count: Int) throws(ExitError) {
        let hosts = "\(count) host\(count == 1 ? "" : "s")"
        let place = address.postfixForm.replacing("inet:", with: "http://")
        guard let token else {
            return try StandardDescriptors.put("The page of \(hosts), for this user alone, until Ctrl-C: \(place)")
        }
        try StandardDescriptors.put(
            """
            The page of \(hosts), until Ctrl-C: \(place)/
            It asks for any user name, and as password \(token)
            """)
    }
}
