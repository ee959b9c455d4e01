import Hummingbird

/// Keeps the pages of a group of routes. Only a request of our own pages, or one that a person has made, makes any:
/// another site's page may not have hosts asked.
///
/// It does not look at who asks: on these pages `WebSite` lets nobody come so far but administrators
/// (`AccessRules.isForAdministratorsAlone`).
struct KeepsPages: RouterMiddleware {
    private let pages = KeptPages()

    func handle(
        _ request: Request, context: PageContext, next: (Request, PageContext) async throws -> Response
    ) async throws -> Response {
        guard SameSite.holds(request.headers, host: request.head.authority ?? "") else {
            throw PageError(.forbidden, "The request comes from another site's page. Open this address by itself.")
        }
        let address = request.uri.string
        if let made = try await pages.page(address) { return try made.get() }
        let made: KeptPages.Made
        do { made = .success(try await next(request, context)) } catch { made = .failure(error) }
        await pages.keep(address, made)
        return try made.get()
    }
}
