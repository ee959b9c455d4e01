import DANE
import Gate
import HTTPTypes
import Hummingbird
import Logging
import Policy
import Records
import Reports
import Support

/// What an administrator can do from a result: see whom it has cost, have the daemon look again, write to the
/// postmaster.
struct Acts: Sendable {
    /// The part of the page of a result.
    struct View {
        let refused: String?
        let now: String?
        let exempt: String?
        let domain: String
        let query: String
        let id: String
        let isNoticeable: Bool
    }

    let control: ControlService
    let trace: TraceReader
    let tests: PageTests
    let access: AccessRules
    let log: GateLog

    private struct Done {
        let title: String
        let text: String
        let note: String?
        let path: String
        let words: String
    }

    /// Adds what acts. Each is logged, with who asked for it.
    func add(to router: Router<PageContext>) {
        router.post("recheck") { request, context in
            try context.mustBeAdministrator(access)
            let domain = try await FormFields(body: request)["domain"] ?? ""
            note("recheck", domain, context)
            let report = await control.recheck(domain)
            return done("Looked again", report.text, path: "/?domain=\(FormFields.encoded(domain))", "Test it here")
        }
        router.post("notice") { request, context in
            try context.mustBeAdministrator(access)
            guard let id = InspectionID(try await FormFields(body: request)["id"] ?? ""),
                let test = tests.stored.test(id)
            else { throw PageError(.notFound, "There is no such test any more.", link: ("/", "Test a domain")) }
            note("notice", test.domain, context)
            return try await notice(test)
        }
    }

    private func note(_ act: String, _ domain: String, _ context: PageContext) {
        log.event(
            .notice,
            LogLine(event: "web").adding("result", act).adding("domain", String(domain.prefix(253)))
                .adding("client", context.client.map { "\($0)" } ?? "-"))
    }

    private func done(_ title: String, _ text: String, note: String? = nil, path: String, _ words: String) -> Response {
        let content = Done(
            title: title,
            text: text.split(separator: "\n", omittingEmptySubsequences: false)
                .map { PageText.of(String($0)) }.joined(separator: "\n"),
            note: note, path: path, words: words)
        return Page.response(Page.html(Page.Frame(title: title, isAdministrator: true), "done", content))
    }

    /// A mail to the postmaster, of a look that is made now: it must not say what was true some days ago.
    private func notice(_ test: StoredTest) async throws -> Response {
        let argument: DestinationArgument
        do throws(DestinationArgumentError) {
            argument = try DestinationArgument(test.domain, port: tests.lab.current.probePort)
        } catch { throw PageError(.unprocessableContent, error.sentence) }
        do throws(TestLimits.Refusal) { try tests.limits.enter(.administrator) } catch {
            throw PageError(.serviceUnavailable, "Too many tests are under way.", fields: [.retryAfter: "10"])
        }
        let report = await tests.lab.test(argument, judgesAsRFC: true) { _ in }.report
        tests.limits.leave(.administrator)
        let path = "/inspection/\(test.id)"
        let now = unixTime()
        let known = control.verdict(argument.text(standard: tests.lab.current.probePort))
        let firstSeen = known.failing(as: report.verdict.outcome).map { now - $0 }
        let refusals = await onOwnThread { [trace] in
            TraceRefusals.count(trace, of: argument.destination.name, since: firstSeen)
        }
        do throws(NoticeError) {
            let notice = try Notice(report, sender: nil, firstSeen: firstSeen, refusals: refusals, now: now)
            return done(
                "A notice to the postmaster", notice.text,
                note: "Nothing is sent. Copy it into a mail, or pipe the output of danegate notice into sendmail -t.",
                path: path, "Back to the test")
        } catch {
            let finding = "\(report.domain) is \(report.verdict.outcome.rawValue)"
            let why = error == .inOrder ? "there is nothing to notify of" : "nothing is proven, so there is no notice"
            return done("No notice", "\(finding): \(why).", path: path, "Back to the test")
        }
    }

    /// What is known here about the domain of a test.
    func view(of test: StoredTest) -> View {
        let known = control.verdict(test.domain)
        let name = DomainName(test.domain.trimming("[]"))
        let refusals = name.flatMap { TraceRefusals.count(trace, of: $0, since: nil) }
        return View(
            refused: refusals.map {
                "\(CountText.of($0.recipients, "recipient")) refused since \(UnixTime.minute($0.since))."
            },
            now: PageText.of("The daemon now: \(known.text(on: .endless).split(separator: "\n").first ?? "")"),
            exempt: name.flatMap(tests.lab.whyExempt).map { PageText.of("The domain is exempt \($0).") },
            domain: test.domain, query: FormFields.encoded(test.domain), id: test.id.description,
            isNoticeable: test.view.isNoticeable)
    }
}
