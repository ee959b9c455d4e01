import ArgumentParser
import Gate
import Reports

extension StatusCommand {
    /// Tells the states of all hosts of a site.
    func tellSite() throws {
        var states = SiteStatus()
        // A check of a monitoring system ends it after a minute or less.
        try site.ask(
            ["status"], ["--json"], options, bytes: 1 << 20, limit: .seconds(20), statuses: [0, 1, 2, 3],
            // They have their lines among the others.
            isTold: false, failed: { states.fail($0.mta, $1, $2) }, { answer, index in try states.take(answer, index) })
        try StandardDescriptors.put(json ? states.json : states.text)
        throw ExitCode(states.level.exitStatus)
    }
}
