/// Mail domains brought to life: their zones served, their hosts listening, and the settings that lead danegate there.
///
/// It needs no privileges, any number may run side by side, and nothing is left of it when the value goes.
public final class MailWorld: Sendable {
    /// The name servers.
    public let names: NameServers
    /// The SMTP hosts.
    public let hosts: SMTPHosts
    /// The domains that live here.
    public let domains: [MailDomain]

    /// The zones of each domain, its own and those beside it.
    let zones: [String: [Zone]]
    private let directory: ScratchDirectory
    private let policyPath: String

    /// Brings domains to life.
    public init(_ domains: [MailDomain]) async throws {
        self.domains = domains
        directory = try ScratchDirectory("mail")
        let farm = try await SMTPHosts()
        hosts = farm
        let authority = try await CertificateAuthority.root().intermediate()
        let drafts = try await withThrowingTaskGroup(of: Draft.self) { group in
            for domain in domains {
                group.addTask {
                    var draft = Draft(domain.label, farm: farm, authority: authority)
                    try await domain.build(&draft)
                    return draft
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        zones = Dictionary(drafts.map { ($0.domain, [$0.zone] + $0.others) }) { $0 + $1 }
        names = try await NameServers(
            zones: drafts.flatMap { [$0.zone] + $0.others }, wire: drafts.flatMap(\.wire), dead: drafts.flatMap(\.dead),
            truncated: drafts.flatMap(\.truncated), lame: drafts.flatMap(\.lame))
        let policies = domains.filter(\.isRequired).map { "\($0.name) require\n" }
        policyPath = try directory.write(policies.joined(), to: "policy")
    }

    /// The settings that lead danegate here, with short waits for what never answers.
    ///
    /// - Parameter changes: Further settings without their prefix, which win.
    public func environment(_ changes: [String: String] = [:]) -> [String: String?] {
        var settings = [
            "DNS_CONFIG": names.configurationPath, "DNS_TRUST_ANCHOR": names.trustAnchorPath,
            "PROBE_PORT": "\(hosts.port)", "PROBE_ALLOW": "127.0.0.0/8,::1/128", "PROBE_HELO": "probe.example",
            "PROBE_TIMEOUT": "12s", "PROBE_CONNECT_TIMEOUT": "5s", "MILTER_DEADLINE": "25s", "LOG": "stderr",
            "STATE_DIRECTORY": directory.path, "POLICY_FILE": policyPath,
        ]
        settings.merge(changes) { $1 }
        var environment: [String: String?] = [:]
        for (name, value) in settings { environment["DANEGATE_\(name)"] = value }
        return environment
    }

    /// The policy file's path, to change it.
    public var policies: String { policyPath }

    /// Ends the servers. Without it they end with the value.
    public func stop() async {
        await names.stop()
        await hosts.stop()
    }
}
