import ArgumentParser
import Daemon
import Foundation

/// `danegate run`: the daemon, in the foreground.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run the milter daemon in the foreground.",
        discussion: """
            Register it in Postfix's main.cf: smtpd_milters = inet:127.0.0.1:8895
            SIGTERM ends it after the recipients under way have their answers; SIGHUP and SIGUSR1 read environment \
            file and policy file again, as danegate reload does. Listening sockets of systemd's \
            (LISTEN_FDS) are taken over.
            Exits 0 after SIGTERM, 69 if the socket cannot be had, 78 if a setting or a socket of systemd's is \
            at fault.
            """)

    @OptionGroup var options: SettingsOptions

    // It is synchronous, because the main thread handles the signals.
    func run() throws {
        // This comes before any file is made. No file of the daemon is for others, whatever umask it was started with.
        umask(0o027)
        let daemon = Daemon(
            try options.read(), version: Danegate.version, environment: ProcessInfo.processInfo.environment)
        try daemon.run()
    }
}
