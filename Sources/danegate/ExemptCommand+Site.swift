import ArgumentParser
import Foundation
import Gate
import Policy
import Reports

extension ExemptAddCommand {
    /// Exempts domains on all hosts of a site, until the same moment and in the same name.
    func addOnSite() throws {
        let domains = try ExemptionOrder.patterns(self.domains).map(\.description)
        let environment = ProcessInfo.processInfo.environment
        let name = try ExemptionOrder.name(by, environment)
        let end = try ExemptionOrder.commonEnd(until)
        try ExemptionOrder.check(reason: reason)
        var arguments = ["--until=\(end)", "--reason=\(reason)", "--by=\(name)"]
        if keep { arguments.append("--keep") }
        try site.change(["exempt", "add"], arguments + ["--"] + domains, options, statuses: [0])
    }
}

extension ExemptRemoveCommand {
    /// Takes exemptions back on all hosts of a site.
    func removeOnSite() throws {
        let domains = try ExemptionOrder.patterns(self.domains).map(\.description)
        let name = try ExemptionOrder.name(by, ProcessInfo.processInfo.environment)
        try site.change(["exempt", "remove"], ["--by=\(name)", "--"] + domains, options, statuses: [0, 1])
    }
}

extension ExemptListCommand {
    /// Lists the exemptions of all hosts of a site.
    func listSite() throws {
        var exemptions = SiteExemptions()
        let lost = try site.ask(["exempt", "list"], ["--json"] + (all ? ["--all"] : []), options, bytes: 16 << 20) {
            try exemptions.take($0, $1)
        }
        if json {
            for line in exemptions.lines + lost { try StandardDescriptors.put(line) }
        } else if !exemptions.isOfNobody {
            try StandardDescriptors.put(exemptions.table(isWhole: all))
        }
        guard lost.isEmpty else { throw HostsOptions.incomplete }
    }
}

extension HostsOptions {
    /// Has all hosts change something, and tells what each has done.
    ///
    /// - Throws: An exit status of 69 if one has not, and of 1 if one had nothing to change.
    fileprivate func change(
        _ name: [String], _ arguments: [String], _ options: SettingsOptions, statuses: Set<Int32>
    ) throws {
        var done: [Int: [String]] = [:]
        var isMissing = false
        let lost = try ask(name, arguments, options, bytes: 1 << 20, statuses: statuses) { answer, index in
            guard !answer.isSilent else { throw SiteAnswerError.silence }
            done[index] = (answer.shownLines + answer.notes).map { "\(answer.mta): \($0)" }
            isMissing = isMissing || answer.status != 0
        }
        for line in done.sorted(by: { $0.key < $1.key }).flatMap(\.value) { StandardDescriptors.putDone(line) }
        guard lost.isEmpty else { throw Self.incomplete }
        if isMissing { throw ExitCode(1) }
    }
}
