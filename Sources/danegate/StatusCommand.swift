import ArgumentParser
import Gate
import Policy
import Support

/// `danegate status`: the state of the running daemon.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Ask the running daemon how it is; fit for Nagios and Icinga.",
        discussion: """
            Asks over the control socket (DANEGATE_CONTROL_SOCKET), which root and the members of its group may open.
            Exits as monitoring plugins do: 0 OK; 1 WARNING (the breaker is open because of failures or descriptors, \
            log lines or rows are lost, no state file, the policy file is refused (its old version or last good copy \
            holds), exemptions were set aside, probes call themselves by a private address, few descriptors or no \
            threads left); 2 CRITICAL (no daemon answers or runs, the resolver does not work or does not validate, not \
            everything comes through on the way to the DNS, the breaker is open for more than 15 minutes); 3 UNKNOWN \
            (the daemon cannot be asked: the socket may not be opened, is off, or is not there though something \
            listens on the milter socket; or something else answers there). The first line says it in one sentence, \
            with figures \
            behind a bar, as Nagios, Icinga and their kin read them. Recipients are counted since the start, exactly; \
            rows of the trace are those in its file. What was lost is a reason for a warning while it goes on and for \
            15 minutes afterwards; then a line tells how long ago it was. Settings at fault are a WARNING: the next \
            start will fail. 78 if a setting that leads to the socket is at fault. With --metrics or --openmetrics it \
            prints metrics instead, and exits 0 if a daemon answers. With --hosts it prints a line a host, and exits \
            with the worst state of all; a host that does not answer is UNKNOWN.
            """)

    @OptionGroup var options: SettingsOptions

    @OptionGroup var site: HostsOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    @Flag(help: "Print metrics for Prometheus, in its text format.")
    var metrics = false

    @Flag(name: .customLong("openmetrics"), help: "Print metrics as OpenMetrics, with exemplars.")
    var openMetrics = false

    func validate() throws {
        guard [json, metrics, openMetrics].count(where: \.self) <= 1 else {
            throw ValidationError("--json, --metrics and --openmetrics exclude each other.")
        }
        guard !site.isUsed || !metrics && !openMetrics else {
            throw ValidationError("Metrics are those of one host: --hosts excludes them.")
        }
    }

    func run() throws {
        guard !site.isUsed else { return try tellSite() }
        let (settings, note, faults) = try options.readToAsk()
        func end(_ level: StatusLevel, _ sentence: String) throws -> ExitCode {
            try self.end(level, note.map { "\(sentence.dropLast()); \($0)." } ?? sentence)
        }
        guard let path = settings.controlSocketPath else {
            throw try end(.unknown, "cannot ask: the control socket is off (DANEGATE_CONTROL_SOCKET).")
        }
        let line: String
        let request = openMetrics ? "metrics openmetrics" : metrics ? "metrics" : "status"
        do throws(ControlError) { line = try ControlClient.ask(path, request) } catch {
            switch error {
            case .denied(let sentence): throw try end(.unknown, sentence)
            case .noSocket(let sentence):
                // A daemon that is stopped removes its control socket. One that could not make the socket still serves
                // mail.
                let (isListenedOn, more) = settings.milterStanding
                throw try end(isListenedOn == false ? .critical : .unknown, "\(sentence.dropLast()); \(more).")
            case .noDaemon(let sentence), .silent(let sentence): throw try end(.critical, sentence)
            }
        }
        if metrics || openMetrics {
            guard let text = MetricsAnswer(json: line)?.metrics else {
                throw try end(.unknown, "a daemon of another version answers, or something else.")
            }
            let lines = text.split(separator: "\n").map { TerminalText.line(String($0)) }
            return try StandardDescriptors.put(lines.joined(separator: "\n"))
        }
        guard var report = StatusReport(json: line) else {
            throw try end(.unknown, "a daemon of another version answers, or something else.")
        }
        report.note(faultsOfSettings: faults)
        try StandardDescriptors.put(json ? TerminalText.json(faults.isEmpty ? line : report.json) : report.text)
        throw ExitCode(report.status.exitStatus)
    }

    private func end(_ level: StatusLevel, _ sentence: String) throws -> ExitCode {
        let text = "\(level.rawValue.uppercased()) - \(sentence)"
        // What reads metrics is to get metrics or nothing.
        guard !metrics, !openMetrics else {
            StandardDescriptors.tell([sentence])
            return ExitCode(level.exitStatus)
        }
        try StandardDescriptors.put(json ? StatusReport.json(level, sentence) : text)
        return ExitCode(level.exitStatus)
    }
}
