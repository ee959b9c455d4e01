package import Gate
import Hummingbird
import Milter
package import Policy
package import Records
import Support

/// The page as a part of the daemon: its socket, its tests, and what it shows of the gate.
package final class WebPage: Sendable {
    /// What it is made of.
    package struct Parts: Sendable {
        /// Where it is served, and who may do what there.
        package let door: WebDoor
        package let settings: SettingsBook
        package let lab: TestLab
        package let control: ControlService
        package let frequent: FrequentDestinations
        package let log: GateLog
        /// How many connections there may be.
        package let connections: Int
        /// A descriptor that listens already; nil to make one.
        package let inherited: Int32?

        /// Makes one from its parts.
        package init(
            door: WebDoor, settings: SettingsBook, lab: TestLab, control: ControlService,
            frequent: FrequentDestinations, log: GateLog, connections: Int, inherited: Int32? = nil
        ) {
            self.door = door
            self.settings = settings
            self.lab = lab
            self.control = control
            self.frequent = frequent
            self.log = log
            self.connections = connections
            self.inherited = inherited
        }
    }

    private let server: WebServer
    private let tests: PageTests
    private let counts: PageCounts
    private let limit: Int
    private let pruning: Task<Void, Never>

    /// Opens it. It blocks for a moment.
    ///
    /// - Throws: Why it cannot be served.
    package init(_ parts: Parts) throws(WebError) {
        let settings = parts.settings.settings
        let access = try AccessRules(parts.door, isInherited: parts.inherited != nil)
        let counts = PageCounts()
        let book = parts.settings
        let stored = StoredTests(
            stateDirectory: settings.stateDirectory, retention: { book.settings.traceRetention }, log: parts.log)
        let followers = FollowerLimits(connections: parts.connections, ofOneAddress: WebConnections.perClient)
        let tests = PageTests(parts.lab, stored, counts: counts, followers: followers) { [control = parts.control] in
            control.verdict($0)
        }
        let trace = TraceReader(settings)
        let site = WebSite(access, log: parts.log, counts: counts) { router in
            for asset in Assets.all { router.get(RouterPath(asset.path)) { _, _ in Page.asset(asset) } }
            HealthPages(control: parts.control).add(to: router)
            CodePages.add(to: router)
            let acts = Acts(
                control: parts.control, trace: trace, tests: tests, access: access, log: parts.log)
            acts.add(to: router)
            TestPages(tests: tests, access: access, acts: acts).add(to: router)
            TracePages(access: access, source: OwnTrace(reader: trace, settings: book)).add(to: router)
            OverviewPage(control: parts.control, access: access, reader: trace, frequent: parts.frequent)
                .add(to: router)
        }
        self.tests = tests
        // Also while nobody tests anything.
        pruning = Task(executorPreference: PageExecutor.pages) {
            await onOwnThread { stored.recall() }
            while !Task.isCancelled {
                await onOwnThread { stored.prune() }
                try? await Task.sleep(for: .seconds(3600))
            }
        }
        self.counts = counts
        limit = parts.connections
        server = try WebServer.open(parts.door.listen, inherited: parts.inherited, limit: limit, serving: site)
        // The first visitor does not wait until the templates are read.
        Task(executorPreference: PageExecutor.pages) { _ = Page.head(Page.Frame(title: "")) }
        if access.isForAllUsers, access.tokens == nil {
            parts.log.event(
                .warning,
                LogLine(event: "web").adding("result", "open").adding(
                    "cause", "every user of this machine may write to the socket, so it makes nobody an administrator"))
        }
        parts.log.event(
            access.summary == "none" || access.summary == "proxy" ? .notice : .info,
            LogLine(event: "web").adding("result", "listening").adding("socket", server.address.postfixForm)
                .adding("authorization", access.summary))
    }

    /// Where it listens, and its connections.
    package var standing: DoorStanding {
        let counts = server.counts
        return DoorStanding(
            .web, server.address, open: counts.open, limit: limit, displaced: counts.displaced, refused: counts.refused)
    }

    /// What it has answered and tested, as metrics.
    package var families: [MetricFamily] { counts.families(running: tests.limits.running) }

    /// Takes no more clients from an inherited socket: they wait there for the next daemon.
    package func leaveInherited() { server.leaveInherited() }

    /// Closes the socket and ends the tests.
    package func close() async {
        pruning.cancel()
        server.close()
        await tests.close()
    }
}
