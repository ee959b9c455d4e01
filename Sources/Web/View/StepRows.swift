import DANE
import Inspection
import Probe
import Reports
import Support

/// The table of all steps: the domain, its MX records, each host, each of its addresses.
struct StepRows {
    /// The most rows. A domain may have thousands of hosts.
    private static let most = 90

    private let report: CheckReport
    /// The rows.
    private(set) var rows: [ResultView.Row] = []

    init(_ report: CheckReport) {
        self.report = report
        let isName = report.inspection != nil || report.verdict.outcome != .noSuchDomain
        add(
            "Recipient domain", report.domain, isName ? .good : .bad,
            isName ? "it is a name that mail can be sent to" : report.verdict.cause, time: "at once")
        guard let inspection = report.inspection else { return }
        let hosts = Set(inspection.hosts.map(\.finding.name))
        // Those of the hosts come with their hosts.
        for step in inspection.steps where step.kind == .mx || !hosts.contains(step.subject) { add(step) }
        for host in inspection.hosts {
            for step in host.steps where step.kind == .address || step.kind == .tlsa { add(step) }
            for address in host.addresses { add(address, of: host) }
            for step in host.steps where ![.address, .tlsa, .probe, .certificate, .mx].contains(step.kind) { add(step) }
            for step in host.advice { add(step) }
        }
        for step in report.notes { add(step) }
    }

    private mutating func add(_ step: InspectionStep) {
        let tone: ResultView.Tone
        switch step.result {
        case .ok: tone = .good
        case .warning: tone = .note
        case .failed: tone = isDoubt(step) ? .doubt : .bad
        }
        add(
            StepName.of(step.kind.rawValue), step.subject, tone, step.detail, step.elapsed,
            help: step.result == .failed ? StepHelp.of(step, report) : nil)
    }

    private func isDoubt(_ step: InspectionStep) -> Bool {
        let host = report.inspection?.hosts.first { $0.finding.name == step.subject }
        return (host?.finding.outcome ?? report.verdict.outcome).isDoubt
    }

    /// The connection that decided on an address: SMTP, TLS, the chain.
    private mutating func add(_ address: InspectedAddress, of host: InspectedHost) {
        let subject = "\(host.finding.name) [\(address.finding.address)]"
        let connection = address.decisive
        let report = connection.report
        let smtp = report.timings.filter { $0.step != .handshake && $0.step != .secureEHLO }
        let tls = report.timings.filter { $0.step == .handshake || $0.step == .secureEHLO }
        func sum(_ timings: [ProbeReport.Timing]) -> Duration { timings.reduce(.zero) { $0 + $1.duration } }
        let help = { StepHelp.of(connection.outcome, isOurs: host.finding.isOurs) }
        let spoken = report.banner.map { "\($0); STARTTLS is offered" } ?? "STARTTLS is offered"
        switch report.end {
        case .notProbed(let why), .crowded(let why), .withheld(let why, _):
            add("SMTP", subject, .doubt, "no connection: \(why)", help: connection.outcome.isDoubt ? help() : nil)
        case .foreign(let foreign):
            add("SMTP", subject, .good, "no connection: \(foreign.writer) has made one")
        case .unreachable(let step, let why):
            let isTLS = step == .handshake || step == .secureEHLO
            if isTLS { add("SMTP", subject, .good, spoken, sum(smtp)) }
            add(isTLS ? "TLS" : "SMTP", subject, .doubt, why, sum(isTLS ? tls : smtp), help: help())
        case .startTLSNotOffered(let why), .startTLSRefused(let why):
            add("SMTP", subject, .bad, why, sum(smtp), help: help())
        case .tlsFailed(let why):
            add("SMTP", subject, .good, spoken, sum(smtp))
            add("TLS", subject, .bad, why.description, sum(tls), help: help())
        case .secured(let session):
            add("SMTP", subject, .good, spoken, sum(smtp))
            add("TLS", subject, .good, "\(session.protocolVersion), \(session.cipherSuite)", sum(tls))
            let isGood = connection.outcome.allowsDelivery
            let tone: ResultView.Tone =
                isGood ? (address.finding.isDegraded ? .note : .good) : connection.outcome.isDoubt ? .doubt : .bad
            add(
                "Certificate chain", subject, tone, address.finding.cause, time: "with TLS", help: isGood ? nil : help()
            )
        }
    }

    /// - Parameter time: When it was done, if that took no measured time of its own.
    private mutating func add(
        _ name: String, _ subject: String, _ tone: ResultView.Tone, _ detail: String, _ elapsed: Duration? = nil,
        time: String = "", help: ResultView.Help? = nil
    ) {
        guard rows.count < Self.most else { return }
        rows.append(
            ResultView.Row(
                name: name, subject: PageText.of(subject), tone: tone, mark: tone.mark, word: tone.word,
                detail: PageText.of(detail), ms: elapsed.map { "\($0.tenthsOfMilliseconds) ms" } ?? time, help: help))
    }
}
