import HTTPTypes
import Hummingbird
import NIOCore
import Support

/// A test as it goes on: as a page that grows, without any script, or as events for one.
struct LiveTest: Sendable {
    /// A comment is sent so often, so that a client that is gone is noticed.
    private static let pulse = Duration.seconds(15)

    let id: InspectionID
    let found: PageTests.Found
    let tests: PageTests

    private var path: String { "/inspection/\(id)" }

    private struct Row {
        let name: String
        let subject: String
        let result: String
        let word: String
        let detail: String
        let ms: String

        init(_ event: TestEvent) {
            name = StepName.of(event.step)
            (subject, result, word, detail) = (event.subject, event.result, event.word, event.detail)
            ms = event.ms.isEmpty ? "" : "\(event.ms) ms"
        }
    }

    /// The page, a step at a time. When the test has ended it leads to the result, at the same address.
    ///
    /// - Throws: If too many wait already.
    func page(for context: PageContext) throws(PageError) -> Response {
        guard case .running(let test) = found else { return Page.redirect(to: path) }
        let frame = Page.Frame(
            title: "Testing \(test.domain)", here: "", isAdministrator: context.standing == .administrator)
        let begin = Page.head(frame) + Page.part("running", ["domain": PageText.of(test.domain)])
        return try stream("text/html; charset=utf-8", of: test, for: context) {
            begin
        } each: { event in
            Page.part("event", Row(event))
        } pulse: {
            "<!-- -->\n"
        } end: {
            let isKept = tests.stored.test(id) != nil
            return (isKept ? Page.part("ended", ["path": path]) : Page.part("lost", 0)) + Page.part("foot", 0)
        }
    }

    /// The events (text/event-stream). The last one is `end`, with the address of the result.
    ///
    /// - Throws: If too many wait already.
    func events(for context: PageContext) throws(PageError) -> Response {
        let end = { @Sendable in
            let isKept = tests.stored.test(id) != nil
            return "event: \(isKept ? "end" : "lost")\ndata: \(path)\n\n"
        }
        guard case .running(let test) = found else { return Page.text(end(), "text/event-stream") }
        return try stream("text/event-stream", of: test, for: context) {
            "retry: 3000\n\n"
        } each: { event in
            struct Body: Encodable {
                let name: String
                let event: TestEvent
            }
            return "event: step\ndata: \(JSONLine.of(Body(name: StepName.of(event.step), event: event)))\n\n"
        } pulse: {
            ": \n\n"
        } end: {
            end()
        }
    }

    /// What comes next on the way to a client.
    private enum Part: Sendable {
        case event(TestEvent)
        case pulse
    }

    private func stream(
        _ type: String, of test: RunningTest, for context: PageContext, begin: @escaping @Sendable () -> String,
        each: @escaping @Sendable (TestEvent) -> String, pulse: @escaping @Sendable () -> String,
        end: @escaping @Sendable () -> String
    ) throws(PageError) -> Response {
        let place = try tests.place(for: context)
        // Follows at once, so that nobody's leaving meanwhile ends it.
        let events = test.events()
        let (parts, continuation) = AsyncStream<Part>.makeStream()
        let feeding = Task(executorPreference: PageExecutor.shared) {
            for await event in events { continuation.yield(.event(event)) }
            continuation.finish()
        }
        let pulsing = Task(executorPreference: PageExecutor.shared) {
            while !Task.isCancelled {
                try? await Task.sleep(for: Self.pulse)
                continuation.yield(.pulse)
            }
        }
        // A closed tab closes the connection, whether something is being written or not.
        context.channel.closeFuture.whenComplete { _ in continuation.finish() }
        continuation.onTermination = { _ in
            feeding.cancel()
            pulsing.cancel()
        }
        // Proxies would keep the steps until the end.
        let fields: HTTPFields = [.contentType: type, PageFields.accelBuffering: "no"]
        let body = ResponseBody { writer in
            defer { withExtendedLifetime(place) { continuation.finish() } }
            try await writer.write(ByteBuffer(string: begin()))
            for await part in parts {
                switch part {
                case .event(let event): try await writer.write(ByteBuffer(string: each(event)))
                case .pulse: try await writer.write(ByteBuffer(string: pulse()))
                }
            }
            try await writer.write(ByteBuffer(string: end()))
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: fields, body: body)
    }
}

extension PageTests {
    /// A place for somebody who waits for the end of a test.
    ///
    /// - Throws: If there is none.
    func place(for context: PageContext) throws(PageError) -> FollowerLimits.Place {
        do throws(FollowerLimits.Refusal) { return try followers.enter(context.limited) } catch {
            switch error {
            case .client:
                throw PageError(
                    .tooManyRequests,
                    "You wait for tests in too many windows. Close some, and try again in ten seconds.",
                    fields: [.retryAfter: "10"])
            case .all:
                throw PageError(
                    .serviceUnavailable, "Too many people wait for tests. Try again in ten seconds.",
                    fields: [.retryAfter: "10"])
            }
        }
    }
}
