import DANE
import Hummingbird
package import Milter
import Policy
package import Records
package import Reports
import Support

/// The page of all hosts of a site: their traces and how they are. An administrator's process serves it, to those
/// alone who know its token or own its socket. It tests nothing and changes nothing.
package final class HostsPage: Sendable {
    /// Connections that there may be.
    private static let connections = 64

    private let server: WebServer
    private let inquiry: HostsInquiry

    /// Opens it. It blocks for a moment.
    ///
    /// - Parameters:
    ///   - site: The hosts.
    ///   - socket: Where to listen: a Unix socket, which only its owner may use, or a loopback address; any free port
    ///     if the port is 0.
    ///   - token: What whoever asks must know; nil for a Unix socket.
    ///   - limit: How long one host may take for an answer.
    ///   - log: Takes note of refused requests.
    /// - Throws: Why it cannot be served.
    package init(
        _ site: Site, on socket: MilterSocket, token: String?, limit: Duration, log: GateLog
    ) throws(WebError) {
        let door = DoorSocket(socket, mode: 0o600)
        let access = AccessRules(alone: door, token: token)
        let inquiry = HostsInquiry(site, limit: limit)
        let pages = WebSite(access, log: log, counts: PageCounts()) { router in
            for asset in Assets.all { router.get(RouterPath(asset.path)) { _, _ in Page.asset(asset) } }
            CodePages.add(to: router, isOfSite: true)
            router.get("/") { _, _ in Page.redirect(to: "/overview") }
            let group = router.group().add(middleware: KeepsPages())
            TracePages(access: access, source: HostsTrace(inquiry: inquiry)).add(to: group)
            HostsOverview(access: access, inquiry: inquiry).add(to: group)
        }
        self.inquiry = inquiry
        server = try WebServer.open(door, limit: Self.connections, serving: pages)
    }

    /// Where it listens.
    package var address: MilterSocket { server.address }

    /// Whether a page may listen there: nobody else's machine can reach it.
    package static func mayListen(on socket: MilterSocket) -> Bool { DoorSocket.mayListen(on: socket) }

    /// Closes the socket, and ends the commands that are under way.
    package func close() async {
        server.close()
        await inquiry.end()
    }
}
