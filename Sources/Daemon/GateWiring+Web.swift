import Glibc
import Support
import Synchronization
import Web

extension GateWiring {
    /// The page if it is open.
    var openPage: WebPage? { page.value.withLock { $0 } }

    /// The page, if the settings or the service manager open it. It is served as soon as it is open, also while the
    /// start waits for the DNS.
    var webPart: DaemonPart {
        DaemonPart(name: "page") { () throws(DaemonError) in
            let door = inherited.page(started)
            guard door.listen.socket != nil else { return }
            let lab = TestLab(
                started.labShare(within: budget), settings: settings, policies: policies, exemptions: exemptions)
            do throws(WebError) {
                let opened = try WebPage(
                    .init(
                        door: door, settings: settings, lab: lab, control: controlService, frequent: frequent,
                        log: log, connections: budget.doorConnections, inherited: inherited.web?.descriptor))
                page.value.withLock { $0 = opened }
            } catch {
                throw DaemonError(status: error.isSetting ? EX_CONFIG : EX_UNAVAILABLE, sentences: [error.sentence])
            }
        } close: {
            guard let page = openPage else { return }
            let isDone = Signal()
            Task {
                await page.close()
                isDone.signal()
            }
            _ = isDone.wait(until: .now + .seconds(2))
        }
    }
}
