import Glibc
import Support
import Synchronization
import Web

extension GateWiring {
    /// The page, if the settings open it. It is served as soon as it is open, also while the start waits for the DNS.
    var webPart: DaemonPart {
        let page = Handed<WebPage>()
        return DaemonPart(name: "page") { () throws(DaemonError) in
            guard started.web.listen.socket != nil else { return }
            let lab = TestLab(
                started.labShare(within: budget), settings: settings, policies: policies, exemptions: exemptions)
            do throws(WebError) {
                let opened = try WebPage(
                    .init(
                        settings: settings, lab: lab, control: controlService, frequent: frequent, log: log,
                        connections: budget.doorConnections))
                page.value.withLock { $0 = opened }
            } catch {
                throw DaemonError(status: error.isSetting ? EX_CONFIG : EX_UNAVAILABLE, sentences: [error.sentence])
            }
        } close: {
            guard let page = page.value.withLock({ $0 }) else { return }
            let isDone = Signal()
            Task {
                await page.close()
                isDone.signal()
            }
            _ = isDone.wait(until: .now + .seconds(2))
        }
    }
}
