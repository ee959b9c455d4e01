import Hummingbird

/// Keeps the pages of a group of routes. Only a request of our own pages, or one that a person has made, makes any:
/// another site's page may not have hosts asked.
/// And only for an administrator: a page that is kept is shown without its own look at who asks.
struct KeepsPages: RouterMiddleware {
    let access: AccessRules
    private let pages = KeptPages()

    init(_ access: AccessRules) { self.access = access }

    func handle(
        _ request: Request, context: PageContext, next: (Request, PageContext) async throws -> Response
    ) async throws -> Response {
        try context.mustBeAdministrator(access)
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
