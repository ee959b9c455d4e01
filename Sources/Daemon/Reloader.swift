import Logging
import Gate
import Glibc
import Policy
import Records
import Support
import Synchronization

/// Applies settings and policies that have changed while the daemon runs.
///
/// The environment file is read again. The process's own environment never changes, and takes precedence. Settings that
/// cannot change in a running daemon keep their value from the start, and are listed. If anything is wrong, everything
/// stays as it was.
final class Reloader: Sendable {
    private let started: SettingsReader
    private let environment: [String: String]
    private let settings: SettingsBook
    private let policies: PolicyBook
    private let log: GateLog
    private let adopt: @Sendable (Settings) -> Void
    /// What is in force now. Its lock also ensures that there is only one reload at a time.
    private let running: Mutex<SettingsReader>

    /// A reloader.
    ///
    /// - Parameters:
    ///   - started: What was read at the start.
    ///   - adopt: Passes the new settings to the parts that do not use the book.
    init(
        _ started: SettingsReader, environment: [String: String], settings: SettingsBook, policies: PolicyBook,
        log: GateLog, adopt: @escaping @Sendable (Settings) -> Void
    ) {
        self.started = started
        self.environment = environment
        self.settings = settings
        self.policies = policies
        self.log = log
        self.adopt = adopt
        running = Mutex(started)
    }

    /// Reads environment file and policy file again, even if they have not changed. It may block.
    func reload() -> ReloadReport {
        running.withLock { running in
            var report = ReloadReport()
            take(&running, &report)
            switch policies.reload(force: true) {
            case nil: break
            case .success(let count):
                report.policies = count
                keepCopy()
            case .failure(let faults): report.policy_faults = Array(faults.sentences.prefix(ReloadReport.limit))
            }
            tell(report)
            return report
        }
    }

    /// Reads the policy file again if it has changed.
    func rereadPolicies() {
        running.withLock { _ in
            switch policies.reload() {
            case nil: break
            case .success(let count):
                log.event(.notice, LogLine(event: "reload").adding("result", "ok").adding("policies", "\(count)"))
                keepCopy()
            case .failure(let faults): tell(faults.sentences)
            }
        }
    }

    /// What is in force, and what a reload would change. It reads files and may block.
    func standing() -> SettingsStanding {
        running.withLock { running in
            var pending = ReloadReport()
            _ = compare(running, &pending)
            return SettingsStanding(running, file: started.currentFile, pending: pending)
        }
    }

    private func keepCopy() {
        guard let fault = policies.keepCopy() else { return }
        log.event(.warning, LogLine(event: "policy").adding("result", "not-kept").adding("cause", fault))
    }

    private func take(_ running: inout SettingsReader, _ report: inout ReloadReport) {
        guard let mixed = compare(running, &report), !report.changed.isEmpty else { return }
        if running.settings.policyFile != mixed.settings.policyFile {
            do throws(PolicyError) {
                try policies.adopt(mixed.settings.policyFile, copyIn: mixed.settings.stateDirectory)
            } catch {
                // With the settings of the old file nothing of the new ones may be in force.
                report.changed = []
                report.faults = Array(error.sentences.prefix(ReloadReport.limit))
                return
            }
        }
        running = mixed
        settings.adopt(mixed.settings)
        adopt(mixed.settings)
    }

    /// Reads the settings again and reports what is different.
    ///
    /// - Returns: What would be in force; nil if something has a fault.
    private func compare(_ running: SettingsReader, _ report: inout ReloadReport) -> SettingsReader? {
        do throws(SettingsError) {
            let read = try started.again(environment: environment, known: running.file)
            var mixed = try SettingsReader(environment: Self.mixed(started, read))
            mixed.file = read.file
            let before = Dictionary(uniqueKeysWithValues: running.inForce.map { ($0.name, $0.text) })
            for setting in mixed.inForce where before[setting.name] != setting.text {
                report.changed.append(
                    .init(name: setting.name, from: before[setting.name] ?? "", to: setting.text))
            }
            let first = Dictionary(uniqueKeysWithValues: started.inForce.map { ($0.name, $0.text) })
            for setting in read.inForce where !Setting.isLive(setting.name) && first[setting.name] != setting.text {
                report.restart.append(
                    .init(name: setting.name, from: first[setting.name] ?? "", to: setting.text))
            }
            report.environment = read.hidden
            return mixed
        } catch {
            report.faults = Array(error.sentences.prefix(ReloadReport.limit))
            return nil
        }
    }

    /// What would be in force: new texts for settings that can change, and those from the start for all others.
    private static func mixed(_ started: SettingsReader, _ read: SettingsReader) -> [String: String] {
        var texts: [String: String] = [:]
        for (reader, isLive) in [(started, false), (read, true)] {
            for setting in reader.inForce
            where Setting.isLive(setting.name) == isLive && setting.origin != .standard {
                texts[SettingsReader.prefix + setting.name] = setting.text
            }
        }
        return texts
    }

    private func tell(_ report: ReloadReport) {
        let faults = report.faults + report.policy_faults
        if !faults.isEmpty { tell(faults) }
        var line = LogLine(event: "reload").adding("result", "ok")
        if let policies = report.policies { line = line.adding("policies", "\(policies)") }
        if report.faults.isEmpty {
            let changes = report.changed.map { "\($0.name)=\($0.to)" }
            line = line.adding("changed", changes.isEmpty ? "-" : changes.joined(separator: " "))
        }
        if !report.restart.isEmpty { line = line.adding("restart", report.restart.map(\.name).joined(separator: ",")) }
        if !report.environment.isEmpty { line = line.adding("environment", report.environment.joined(separator: ",")) }
        if report.faults.isEmpty || report.policies != nil { log.event(.notice, line) }
    }

    private func tell(_ faults: [String]) {
        for sentence in faults {
            log.event(.error, LogLine(event: "reload").adding("result", "kept-old").adding("fault", sentence))
        }
    }
}
