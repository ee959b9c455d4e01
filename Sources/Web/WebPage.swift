package import Gate
import Hummingbird
package import Milter
package import Policy
package import Records
import Support

/// The page as a part of the daemon: its socket, its tests, and what it shows of the gate.
package final class WebPage: Sendable {
    /// What it is made of.
    package struct Parts: Sendable {
        package let settings: SettingsBook
        package let lab: TestLab
        package let control: ControlService
        package let frequent: FrequentDestinations
        package let log: GateLog
        /// How many connections there may be.
        package let connections: Int
        /// A descriptor that listens already; nil to make one.
        package var inherited: Int32?

        /// Makes one from its parts.
        package init(
            settings: SettingsBook, lab: TestLab, control: ControlService, frequent: FrequentDestinations, log: GateLog,
            connections: Int,
            inherited: Int32? = nil
        ) {
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
    private let log: GateLog

    /// Opens it. It blocks for a moment.
    ///
    /// - Throws: Why it cannot be served.
    package init(_ parts: Parts) throws(WebError) {
        let settings = parts.settings.settings
        let access = try AccessRules(settings.web)
        let book = parts.settings
        let stored = StoredTests(
            stateDirectory: settings.stateDirectory, retention: { book.settings.traceRetention }, log: parts.log)
        let tests = PageTests(parts.lab, stored, log: parts.log)
        let trace = TraceReader(settings)
        let site = WebSite(access, log: parts.log) { router in
            for asset in Assets.all { router.get(RouterPath(asset.path)) { _, _ in Page.asset(asset) } }
            HealthPages(control: parts.control).add(to: router)
            CodePages.add(to: router)
            let acts = Acts(
                control: parts.control, trace: trace, tests: tests, access: access, log: parts.log)
            acts.add(to: router)
            TestPages(tests: tests, access: access, acts: acts).add(to: router)
            TracePages(access: access, reader: trace, settings: book).add(to: router)
            OverviewPage(control: parts.control, access: access, reader: trace, frequent: parts.frequent)
                .add(to: router)
        }
        self.tests = tests
        log = parts.log
        server = try WebServer.open(
            settings.web.listen, inherited: parts.inherited, limit: parts.connections, serving: site)
        // The first visitor does not wait until the templates are read.
        Task(executorPreference: PageExecutor.shared) { _ = Page.head(Page.Frame(title: "")) }
        log.event(
            access.summary == "none" || access.summary == "proxy" ? .notice : .info,
            LogLine(event: "web").adding("result", "listening").adding("socket", server.address.postfixForm)
                .adding("authorization", access.summary))
    }

    /// Where it listens.
    package var address: MilterSocket { server.address }

    /// Its connections: how many are open, had to give way, and were refused.
    package var connections: (open: Int, displaced: Int, refused: Int) { server.counts }

    /// Closes the socket and ends the tests.
    package func close() async {
        server.close()
        await tests.close()
    }
}
