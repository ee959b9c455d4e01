import DANE
import Foundation
import RuleMarks
import Testing
import World

/// Whether Postfix's smtp(8) delivers over TLS where danegate says that it can: what posttls-finger, which has a
/// parser of its own, does not tell of odd replies and refusals.
@Suite(
    .timeLimit(.minutes(3)), .enabled(if: PostfixInstance.unavailable == nil, "\(PostfixInstance.unavailable ?? "")"))
struct DeliveryTests {
    private static let rules: Set = ["F-76", "F-77", "F-78", "F-82", "F-83"]

    /// Further domains of which posttls-finger says something else.
    private static let labels: Set = ["eleven-stray-lines", "starttls-behind-a-tab"]

    /// Where the two part, and why.
    private static let known = [
        "tab-blank-cr-lf": "a tab at the end of a line is part of Postfix's keyword; here it belongs to the ending",
        "eleven-stray-lines": "Postfix has no bound but time",
    ]

    @Test(.rules("F-76", "F-77", "F-78", "F-82", "F-83")) func postfixDeliversWhereDanegateSaysSo() async throws {
        let domains = MailDomains.all.filter { domain in
            domain.rules.contains(where: Self.rules.contains) || Self.labels.contains(domain.label)
        }
        let world = try await MailWorld(domains)
        let reports = try await CheckReport.all(of: domains.map(\.name), environment: world.environment())
        var transports: [String: String] = [:]
        var addresses: [String: IPAddress] = [:]
        for report in reports {
            let text = try #require(report.hosts.first?.addresses.first?.address)
            transports[report.domain] = "smtp:[\(text)]:\(world.hosts.port)"
            let address: IPAddress = try #require(IPAddress(text))
            addresses[report.domain] = address
        }
        let postfix = try await PostfixInstance(
            milter: "",
            extra: [
                "defer_transports": "", "smtp_tls_security_level": "encrypt", "smtp_helo_timeout": "10s",
                "smtp_starttls_timeout": "10s",
            ],
            transports: transports)
        try await postfix.session { client in
            for domain in domains {
                try client.mail("a@local.example")
                try client.recipient("a@\(domain.name)")
                #expect(try client.data().code == 250)
            }
            try client.quit()
        }
        // Each has an end, or a reason to wait.
        let isThrough = try await eventually(within: .seconds(90)) {
            let text = postfix.log
            return domains.allSatisfy { text.contains("to=<a@\($0.name)>") }
        }
        #expect(isThrough, "\(postfix.log)")
        for (domain, report) in zip(domains, reports) {
            let address = try #require(addresses[domain.name])
            let isDelivered = !world.hosts.messages(at: address).isEmpty
            let line = postfix.log.split(separator: "\n").last { $0.contains("to=<a@\(domain.name)>") } ?? ""
            let isSaid = report.verdict?.delivers == true
            #expect((isDelivered == isSaid) != (Self.known[domain.label] != nil), "\(report.cause): \(line)")
        }
        await postfix.stop()
        await world.stop()
    }
}
