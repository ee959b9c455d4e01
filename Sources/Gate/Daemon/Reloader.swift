import Glibc
import Synchronization

/// Takes the settings and policies that have changed, while the daemon serves.
///
/// The environment file is read again; the process's own environment never changes, and wins over it. What cannot change
/// in a running daemon stays as it was at the start, and is named. Where anything is wrong, all stays as it was.
final class Reloader: Sendable {
    private let started: SettingsReader
    private let environment: [String: String]
    private let settings: SettingsBook
    private let policies: PolicyBook
    private let log: GateLog
    private let adopt: @Sendable (Settings) -> Void
    /// What is in force now. The lock is also the turn: one reload at a time.
    private let running: Mutex<SettingsReader>

    /// A reloader.
    ///
    /// - Parameters:
    ///   - started: What was read at the start.
    ///   - adopt: Hands the new settings to those that do not ask the book.
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

    /// Reads environment file and policy file again, whether they have changed or not. Reads files: it may block.
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

    /// What is in force, and what reading the environment file again would come to. Reads files: it may block.
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
            do throws(PolicyTable.Faults) {
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

    /// Reads again, and says what is another then.
    ///
    /// - Returns: What would be in force; nil if something is at fault.
    private func compare(_ running: SettingsReader, _ report: inout ReloadReport) -> SettingsReader? {
        do throws(SettingsReader.Faults) {
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

    /// What is in force then: of what can change the new texts, of all else those of the start.
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
