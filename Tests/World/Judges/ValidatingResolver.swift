import Foundation

/// A real unbound(8) before the name servers of a world, for programs that take DNSSEC from the resolver of
/// /etc/resolv.conf and trust its AD bit.
///
/// That file has no place for a port. So unbound serves port 53 of an address of 127.0.0.0/8, for which it needs root.
/// It ends with the value.
public final class ValidatingResolver: Sendable {
    /// The path of a resolv.conf(5) that leads to it.
    public let configurationPath: String

    private let directory: ScratchDirectory
    private let process: ChildProcess

    /// Starts it and waits until it listens.
    ///
    /// - Parameters:
    ///   - names: The name servers.
    ///   - longest: How many seconds it keeps an answer at most, for names whose records change; nil for its default.
    public init(before names: NameServers, keepingFor longest: Int? = nil) async throws {
        directory = try ScratchDirectory("unbound")
        // AppArmor keeps the package's own program to the package's own directories.
        let program = directory.file("unbound")
        try await ChildProcess.copy("unbound", to: program)
        for _ in 0..<5 {
            let address = "127.\(Int.random(in: 1...250)).\(Int.random(in: 1...250)).53"
            try directory.write(Self.configuration(at: address, names, in: directory, longest), to: "unbound.conf")
            let process = try await ChildProcess(program, ["-d", "-c", directory.file("unbound.conf")])
            let isUp = await process.waitForOutput(within: .seconds(30)) { $0.contains("start of service") }
            if isUp {
                self.process = process
                // Longer than unbound ever takes here: it answers, be it with SERVFAIL.
                configurationPath = try directory.write(
                    "nameserver \(address)\noptions trust-ad edns0 timeout:20 attempts:1\n", to: "resolv.conf")
                return
            }
            await process.stop()
            guard process.output.contains("in use") else {
                throw WorldError("unbound does not start: \(process.output)")
            }
        }
        throw WorldError("unbound finds no free address")
    }

    /// What it has said, for a test that failed.
    public var log: String { process.output }

    /// Ends it.
    public func stop() async { await process.stop() }

    private static func configuration(
        at address: String, _ names: NameServers, in directory: ScratchDirectory, _ longest: Int?
    ) -> String {
        let limit = longest.map { "cache-max-ttl: \($0)\n    cache-max-negative-ttl: \($0)" } ?? ""
        // Its own judgement throughout, with the defaults of the package and three changes: no denial is derived from
        // another one, because that says nothing of the answer itself; an answer that takes long is still waited for;
        // servers that never answer are given up sooner.
        return """
            server:
                interface: \(address)
                port: 53
                access-control: 127.0.0.0/8 allow
                do-ip6: no
                do-not-query-localhost: no
                username: ""
                chroot: ""
                directory: "\(directory.path)"
                pidfile: ""
                use-syslog: no
                logfile: ""
                verbosity: 1
                val-log-level: 2
                trust-anchor-file: "\(names.trustAnchorPath)"
                aggressive-nsec: no
                discard-timeout: 0
                infra-cache-max-rtt: 2000
                \(limit)
            remote-control:
                control-enable: no
            include: "\(names.configurationPath)"

            """
    }
}
