import ArgumentParser
import DANE
import Foundation
import World

/// Name servers, mail hosts and perhaps a Postfix, as long as somebody wants them.
struct WorldCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "world",
        abstract: "Brings mail domains to life on loopback, and stays until SIGTERM or the end of standard input.",
        discussion: """
            Prints lines of the form NAME=value, the last of them READY=yes when all is up: ENV_FILE, a file of \
            settings that lead danegate into this world; NAME_SERVER_PORT and HOSTS_PORT on 127.0.0.0/8; DOMAINS, the \
            names with the outcome of each; with --postfix also SMTP_PORT, MILTER_PORT, where Postfix asks its milter, \
            MAIL_LOG, and PAGE_PORT, which is free for danegate's page. To run it in the network of another machine: \
            nsenter -t PID -n. The settings name files, which a daemon must be able to read: --into says where they \
            go, --seen-as what that folder is called there.
            """)

    /// One of each kind: in order, without DANE, broken in one way or another.
    static let usual = [
        "verified", "pkix-usages", "no-tlsa", "unsigned", "without-starttls", "old-tls", "tlsa-invalid",
        "tlsa-bogus", "mx-expired", "ta-expired", "ta-other-name", "null-mx", "no.such", "mx-servfail",
    ]

    @Argument(help: "The labels of domains of the test world; by default one of each kind.")
    var labels: [String] = []

    @Option(help: "The folder that the settings and their files are written into; by default one that goes again.")
    var into: String?

    @Option(help: "The path of that folder for the daemon, if it has another root directory.")
    var seenAs: String?

    @Flag(help: "With a Postfix that asks a milter at a port of 127.0.0.1, and keeps what it accepts. Needs root.")
    var postfix = false

    @Flag(help: "Stay beyond the end of standard input.")
    var detached = false

    func validate() throws {
        let known = Set(MailDomains.all.map(\.label))
        for label in labels where !known.contains(label) {
            throw ValidationError("There is no domain \(label) in the test world.")
        }
        if seenAs != nil, into == nil { throw ValidationError("--seen-as is about --into.") }
        if postfix, let reason = PostfixInstance.unavailable { throw ValidationError("\(reason).") }
    }

    func run() async throws {
        let end = EndOfStay(readsInput: !detached)
        let world = try await MailWorld((labels.isEmpty ? Self.usual : labels).map(MailDomains.named))
        let scratch = try ScratchDirectory("playground")
        let folder = into ?? scratch.path
        var settings = WorldSettings(of: world, in: folder, seenAs: seenAs ?? folder)
        var mta: PostfixInstance?
        if postfix {
            let port = try freePort()
            settings.set("MILTER_SOCKET", to: "inet:\(port)@127.0.0.1")
            mta = try await PostfixInstance(milter: "inet:127.0.0.1:\(port)")
            Playground.say("MILTER_PORT=\(port)")
        }
        Playground.say("ENV_FILE=\(try settings.write())")
        Playground.say("NAME_SERVER_PORT=\(world.names.port)")
        Playground.say("HOSTS_PORT=\(world.hosts.port)")
        if let mta {
            Playground.say("SMTP_PORT=\(mta.port)")
            Playground.say("MAIL_LOG=\(mta.logPath)")
            Playground.say("PAGE_PORT=\(try freePort())")
        }
        Playground.say("DOMAINS=\(world.domains.map { "\($0.name):\($0.outcome.rawValue)" }.joined(separator: ","))")
        Playground.say("READY=yes")
        for await _ in end.ends { break }
        await mta?.stop()
        await world.stop()
        // Until now the folder was there, and the signals were waited for.
        withExtendedLifetime((scratch, end)) {}
    }
}
