import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Records
import Support

/// The pages, and what is checked before any of them is made: the name that the browser asks by, who asks, and that
/// nothing acts which another site has sent.
package struct WebSite: Sendable {
    let access: AccessRules
    let log: GateLog
    private let counts: PageCounts
    private let responder: RouterResponder<PageContext>
    /// The pages: the parts of each path, and a method.
    private let pages: [(path: [Substring], method: String)]
    private let logger = Logger(label: "web")

    /// A site.
    ///
    /// - Parameters:
    ///   - access: Who may do what.
    ///   - log: Takes note of refused requests.
    ///   - counts: Counts the answers.
    ///   - routes: Adds the pages.
    init(_ access: AccessRules, log: GateLog, counts: PageCounts, routes: (Router<PageContext>) -> Void) {
        self.access = access
        self.log = log
        self.counts = counts
        let router = Router(context: PageContext.self, options: [.autoGenerateHeadEndpoints])
        routes(router)
        pages = router.routes.map { ("\($0.path)".split(separator: "/").map { $0 }, $0.method.rawValue) }
        responder = router.buildResponder()
    }

    /// The methods that there are for a path; none if there is no such page.
    private func methods(of path: String) -> Set<String> {
        let parts = path.prefix { $0 != "?" }.split(separator: "/")
        let found = pages.filter { page in
            page.path.count == parts.count && zip(page.path, parts).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
        }
        let methods = Set(found.map(\.method))
        // The router answers HEAD wherever it answers GET.
        return methods.contains("GET") ? methods.union(["HEAD"]) : methods
    }

    /// The answer to a request. Every failure is an answer too.
    func respond(to request: Request, on channel: any Channel) async -> Response {
        var response: Response
        do { response = try await answer(request, channel) } catch {
            let failure = Self.failure(error)
            response =
                ErrorPage(
                    failure, accepts: request.headers[.accept], isOfSite: access.isForAdministratorsAlone
                ).response
            // What is left of a body that nobody wants is not waited for.
            if request.method != .get, request.method != .head { response.headers[.connection] = "close" }
        }
        for (name, value) in PageFields.guarding { response.headers[name] = value }
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        response.headers[.date] = PageDate.now
        counts.answered(response.status.code)
        return response
    }

    private func answer(_ request: Request, _ channel: any Channel) async throws -> Response {
        let peer = WebPeer(channel.remoteAddress)
        let path = request.head.path ?? ""
        // A proxy's form of a request (RFC 9112 §3.2.2) is none for a server.
        guard path.hasPrefix("/"), path.utf8.count <= 2048 else {
            throw PageError(.badRequest, "The address is no path.")
        }
        guard let host = request.head.authority, request.headers[values: PageFields.host].isEmpty else {
            throw PageError(.badRequest, "A request must name one host.")
        }
        guard access.allows(host: host, at: channel.localAddress) else {
            log.event(
                .notice, repeated: "web-host",
                LogLine(event: "web").adding("result", "refused").adding("cause", "the host name is none of WEB_HOSTS")
                    .adding("host", String(host.prefix(100))))
            throw PageError(
                .misdirectedRequest,
                "This page does not answer to this name. "
                    + (access.isForAdministratorsAlone
                        ? "It answers to localhost and to its own address."
                        : "DANEGATE_WEB_HOSTS lists the names that it answers to."))
        }
        let authorization = request.headers[.authorization]
        let standing = access.standing(of: peer, authorization: authorization)
        if authorization != nil, standing < .administrator, access.tokens != nil {
            // Administrators must not look for the fault in their tokens if it is in the file.
            let fault = access.tokens?.fault
            log.event(
                fault == nil ? .warning : .error, repeated: fault == nil ? "web-token" : "web-token-file",
                LogLine(event: "web").adding("result", "denied").adding("cause", fault ?? "the token is wrong"))
            throw Self.unauthorized
        }
        let isProbe = path == "/healthz" || path == "/readyz"
        guard standing > .stranger || isProbe else {
            guard access.tokens != nil else {
                throw PageError(.forbidden, "Only the proxies in DANEGATE_WEB_PROXIES may connect here.")
            }
            throw Self.unauthorized
        }
        if request.method != .get, request.method != .head {
            guard SameSite.holds(request.headers, host: host) else {
                throw PageError(.forbidden, "The request comes from another site's page.")
            }
        }
        let methods = methods(of: path)
        guard methods.isEmpty || methods.contains(request.method.rawValue) else {
            throw HTTPError(.methodNotAllowed, headers: [.allow: methods.sorted().joined(separator: ", ")])
        }
        let client = access.client(
            peer, forwarded: request.headers[values: PageFields.forwardedFor].joined(separator: ","))
        let source = PageContext.Source(
            logger: logger, channel: channel, peer: peer, client: client, standing: standing)
        let response = try await responder.respond(to: request, context: PageContext(source: source))
        // The router answers its own failures, without a word.
        guard response.status.code >= 400, response.body.contentLength == 0 else { return response }
        throw HTTPError(response.status, headers: response.headers)
    }

    /// The answer that has a browser ask for the token.
    static var unauthorized: PageError {
        PageError(
            .unauthorized, "A token is needed: any user name, and the token as password.",
            fields: [.wwwAuthenticate: "Basic realm=\"danegate\", charset=\"UTF-8\""])
    }

    /// What went wrong, in words that tell a stranger nothing of the inside.
    private static func failure(_ error: any Error) -> PageError {
        if let error = error as? PageError { return error }
        guard let error = error as? HTTPError else { return PageError(.internalServerError, "This page has failed.") }
        switch error.status {
        case .notFound: return .notFound
        case .contentTooLarge: return PageError(.contentTooLarge, "The form is too large.")
        case .methodNotAllowed:
            let allowed = error.headers[.allow].map { HTTPFields([HTTPField(name: .allow, value: $0)]) } ?? [:]
            return PageError(.methodNotAllowed, "This is not to be done here.", fields: allowed)
        default: return PageError(error.status, "The request is not understood.")
        }
    }
}

extension PageContext {
    /// Lets only administrators pass.
    ///
    /// - Parameter access: Tells what a visitor has to do.
    func mustBeAdministrator(_ access: AccessRules) throws {
        guard standing < .administrator else { return }
        guard access.tokens == nil else { throw WebSite.unauthorized }
        throw PageError(
            .forbidden,
            "This is for administrators. They need a token (DANEGATE_WEB_TOKEN_FILE), or a Unix socket as "
                + "DANEGATE_WEB_LISTEN, whose group lets them in.")
    }
}
