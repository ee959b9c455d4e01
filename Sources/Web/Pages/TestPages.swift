import DANE
import HTTPTypes
import Hummingbird
import NIOCore
import Policy
import Reports
import Support

/// The tests of domains: the form, the test while it is under way, and its result.
struct TestPages: Sendable {
    let tests: PageTests
    let access: AccessRules
    /// What administrators see beside a result.
    let acts: Acts

    struct Home {
        var asked = ""
        var fault: String?
        var limits = ""
        var isVisitor = false
    }

    /// Adds the pages.
    func add(to router: Router<PageContext>) {
        router.get("/") { request, context in
            home(context, Home(asked: FormFields(query: request)["domain"] ?? ""))
        }
        // Whoever comes here by the address alone gets the form.
        router.get("test") { request, _ in
            let domain = FormFields(query: request)["domain"].map { "?domain=\(FormFields.encoded($0))" } ?? ""
            return Page.redirect(to: "/\(domain)")
        }
        router.post("test") { try await begin($0, $1) }
        router.get("inspection/{id}") { try await show($0, $1) }
        // Who asks for the head alone does not follow a test.
        router.head("inspection/{id}") { _, context in
            guard let id = InspectionID(context.parameters.get("id") ?? ""), tests.find(id) != nil else {
                throw Self.gone
            }
            return Page.text("", "text/html; charset=utf-8")
        }
        router.head("inspection/{id}/events") { _, context in
            guard let id = InspectionID(context.parameters.get("id") ?? ""), tests.find(id) != nil else {
                throw Self.gone
            }
            return Page.text("", "text/event-stream")
        }
        router.get("inspection/{id}/events") { request, context in
            guard let id = InspectionID(context.parameters.get("id") ?? ""), let found = tests.find(id) else {
                throw Self.gone
            }
            return try LiveTest(id: id, found: found, tests: tests).events(for: context)
        }
    }

    private func home(
        _ context: PageContext, _ content: Home, _ status: HTTPResponse.Status = .ok, fields: HTTPFields = [:]
    ) -> Response {
        var content = content
        content.limits = words(tests.limits.left(context.limited))
        content.isVisitor = context.standing < .administrator
        let frame = Page.Frame(
            title: "Test a domain", here: "/", isAdministrator: context.standing == .administrator)
        return Page.response(Page.html(frame, "home", content), status, fields: fields)
    }

    private func words(_ left: TestLimits.Left) -> String {
        let next = left.tests < TestLimits.burst ? " One more in \(Self.seconds(left.next)) s." : ""
        return "You can begin \(CountText.of(left.tests, "test")) now.\(next)"
    }

    // MARK: A new test

    private func begin(_ request: Request, _ context: PageContext) async throws -> Response {
        let asked = try await FormFields(body: request)["domain"] ?? ""
        let wantsJSON = Self.wantsJSON(request)
        let argument: DestinationArgument
        do throws(DestinationArgumentError) {
            argument = try DestinationArgument(asked, port: tests.lab.current.probePort)
        } catch {
            guard !wantsJSON else { throw PageError(.unprocessableContent, error.sentence) }
            return home(context, Home(asked: asked, fault: error.sentence), .unprocessableContent)
        }
        guard
            context.standing == .administrator
                || !argument.destination.isOwnByForm(standard: tests.lab.current.probePort)
        else {
            let fault = "A host in brackets, or a port of its own, is for administrators: give a domain."
            guard !wantsJSON else { throw PageError(.forbidden, fault) }
            return home(context, Home(asked: asked, fault: fault), .forbidden)
        }
        let client = context.limited
        let test: RunningTest
        do throws(TestLimits.Refusal) { test = try tests.begin(argument, for: client) } catch {
            throw refusal(error, argument)
        }
        let left = tests.limits.left(client)
        let fields: HTTPFields = [
            PageFields.rateLimit: "\"tests\";r=\(left.tests);t=\(Self.seconds(left.next))"
        ]
        guard !wantsJSON else {
            let body = JSONLine.of(["id": test.id.description, "path": "/inspection/\(test.id)"])
            var fields = fields
            fields[.location] = "/inspection/\(test.id)"
            return Page.text(body + "\n", "application/json", .accepted, fields: fields)
        }
        return Page.redirect(to: "/inspection/\(test.id)", fields: fields)
    }

    /// Why no test begins, when one can, and what was found the last time.
    private func refusal(_ refusal: TestLimits.Refusal, _ argument: DestinationArgument) -> PageError {
        let domain = argument.text(standard: tests.lab.current.probePort)
        let last = tests.stored.latest(of: domain).map {
            (path: "/inspection/\($0)", words: "What the last test of \(domain) found")
        }
        switch refusal {
        case .client(let wait):
            let seconds = Self.seconds(wait)
            return PageError(
                .tooManyRequests, "You have begun many tests. You can begin another one in \(seconds) seconds.",
                fields: [.retryAfter: "\(seconds)", PageFields.rateLimit: "\"tests\";r=0;t=\(seconds)"], link: last)
        case .atOnce:
            return PageError(
                .tooManyRequests,
                "\(TestLimits.atOnce) of your tests are under way. When one has ended, you can begin another one.",
                fields: [.retryAfter: "5"], link: last)
        case .all:
            return PageError(
                .serviceUnavailable, "Too many tests are under way. Try again in ten seconds.",
                fields: [.retryAfter: "10"], link: last)
        }
    }

    private static func seconds(_ duration: Duration) -> Int64 { max(1, (duration.milliseconds + 999) / 1000) }

    // MARK: Its result

    private static let gone = PageError(
        .notFound, "There is no such test. It may have been ended because nobody waited for it, or its time is over.",
        link: ("/", "Test a domain"))

    private func show(_ request: Request, _ context: PageContext) async throws -> Response {
        let name = context.parameters.get("id") ?? ""
        let parts = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let id = InspectionID(parts[0]), let found = tests.find(id) else { throw Self.gone }
        let form = parts.count > 1 ? String(parts[1]) : Self.wantsJSON(request) ? "json" : "html"
        switch (form, found) {
        case ("html", .running): return try LiveTest(id: id, found: found, tests: tests).page(for: context)
        case ("html", .stored(let test)):
            // It reads the trace of an administrator's daemon, and blocks.
            guard context.standing == .administrator else { return result(test, context) }
            return await onOwnThread { result(test, context) }
        case ("txt", _):
            return Page.text(try await ended(found, context).text + "\n", "text/plain; charset=utf-8")
        case ("json", _): return Page.text(try await ended(found, context).json + "\n", "application/json")
        default: throw PageError.notFound
        }
    }

    /// The test, when it has ended.
    private func ended(_ found: PageTests.Found, _ context: PageContext) async throws -> StoredTest {
        switch found {
        case .stored(let test): return test
        case .running(let test):
            let place = try tests.place(for: context)
            for await _ in test.events(for: context.channel) {}
            withExtendedLifetime(place) {}
            guard let stored = tests.stored.test(test.id) else { throw Self.gone }
            return stored
        }
    }

    private func result(_ test: StoredTest, _ context: PageContext) -> Response {
        let isAdministrator = context.standing == .administrator
        let frame = Page.Frame(title: test.view.headline, isAdministrator: isAdministrator)
        let view = isAdministrator ? acts.view(of: test) : nil
        return Page.response(
            Page.html(frame, "result", ResultContent(view: test.view, acts: view)), fields: [.vary: "Accept"])
    }

    private static func wantsJSON(_ request: Request) -> Bool {
        AcceptedTypes(request.headers[.accept]).wantsJSON
    }
}
