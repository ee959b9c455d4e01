import DANE
import HTTPTypes
import Hummingbird
import Policy
import Records
import Support

/// The message trace: who was refused or would have been, as `danegate trace` tells it, in pages.
struct TracePages: Sendable {
    /// Recipients on a page.
    static let size = 50

    let access: AccessRules
    let source: any TraceSource

    struct Content {
        let form: Form
        var fault: String?
        var note: String?
        /// The hosts of the site that have not answered.
        var lost: [String] = []
        var hasLost = false
        var rows: [Row] = []
        var hasRows = false
        /// Whether each row says from which host's trace it is.
        var hasMTAs = false
        var newer: String?
        var older: String?
    }
    struct Form {
        let word: String
        let sender: String
        let since: String
        let until: String
        let outcomes: [Choice]
        let rulings: [Choice]
        struct Choice {
            let value: String
            let words: String
            let isChosen: Bool
        }
    }
    struct Row {
        let time: String
        let recipient: String
        let sender: String
        let outcome: String
        let code: String
        let ruling: String
        let host: String
        let trace: String
        let mta: String?
    }

    /// Adds the pages.
    func add(to router: some RouterMethods<PageContext>) {
        router.get("trace") { request, context in
            try context.mustBeAdministrator(access)
            let fields = FormFields(query: request)
            return await onOwnThread { list(fields) }
        }
        router.get(source.isOfSite ? "trace/{mta}/{id}" : "trace/{id}") { _, context in
            try context.mustBeAdministrator(access)
            let (id, mta) = (context.parameters.get("id") ?? "", context.parameters.get("mta"))
            return try await onOwnThread { Result { try one(id, of: mta) } }.get()
        }
    }

    private func list(_ fields: FormFields) -> Response {
        var content = Content(form: Self.form(fields))
        var status = HTTPResponse.Status.ok
        let latest = TraceTime.now()
        let now = min(max(fields["at"].flatMap { Int64($0) } ?? latest, 0), latest)
        let page = min(max(fields["page"].flatMap { Int($0) } ?? 0, 0), source.pages - 1)
        do {
            var filter = try Self.filter(fields)
            // Those that come meanwhile do not move the pages.
            filter.until = min(filter.until ?? .max, now + 1)
            let found = try source.find(filter, fields, page: page)
            content.rows = found.rows.map(Row.init)
            content.hasRows = !content.rows.isEmpty
            content.hasMTAs = source.isOfSite
            content.lost = found.lost.map { PageText.of($0) }
            content.hasLost = !content.lost.isEmpty
            content.note = found.note.map(Self.plain)
            if page > 0 { content.newer = Self.address(fields, page: page - 1, at: now) }
            if found.hasMore, page + 1 < source.pages { content.older = Self.address(fields, page: page + 1, at: now) }
        } catch let error as TraceFilterError {
            content.fault = Self.plain(error.sentence)
            status = .unprocessableContent
        } catch let error as TraceReaderError {
            content.fault = PageText.of(error.sentence)
        } catch {
            content.fault = "The trace cannot be read."
        }
        return Page.response(
            Page.html(frame("Message trace"), "trace", content), status)
    }

    /// A sentence about options of the command, for a form.
    private static func plain(_ sentence: String) -> String {
        let text = sentence.replacing("--", with: "")
        return PageText.of(text.prefix(1).uppercased() + text.dropFirst())
    }

    private func frame(_ title: String) -> Page.Frame {
        Page.Frame(title: title, here: "/trace", isAdministrator: true, isOfSite: source.isOfSite)
    }

    /// What a search asks for.
    ///
    /// - Throws: What is wrong with it, as a sentence.
    static func filter(_ fields: FormFields) throws(TraceFilterError) -> TraceFilter {
        var filter = TraceFilter()
        if let domain = fields["domain"] { try filter.take(domain: domain) }
        filter.sender = fields["sender"]
        if let outcome = fields["outcome"] { try filter.take(outcome: outcome) }
        if let ruling = fields["ruling"] { try filter.take(ruling: ruling) }
        if let since = fields["since"] { filter.since = try TraceFilter.moment(since, option: "--since") }
        if let until = fields["until"] { filter.until = try TraceFilter.moment(until, option: "--until") }
        if let word = fields["word"] { try filter.take(TraceSubject([word])) }
        try filter.check(follows: false)
        return filter
    }

    /// The form as it was filled in.
    static func form(_ fields: FormFields) -> Form {
        func choices(_ name: String, _ values: [String]) -> [Form.Choice] {
            [Form.Choice(value: "", words: "any", isChosen: fields[name] == nil)]
                + values.map { Form.Choice(value: $0, words: $0, isChosen: fields[name] == $0) }
        }
        return Form(
            word: fields["word"] ?? fields["domain"] ?? "", sender: fields["sender"] ?? "",
            since: fields["since"] ?? "", until: fields["until"] ?? "",
            outcomes: choices("outcome", Outcome.allCases.filter { !$0.allowsDelivery }.map(\.rawValue)),
            rulings: choices("ruling", ["tempfail", "reject"]))
    }

    /// The address of another page of a search.
    static func address(_ fields: FormFields, page: Int, at now: Int64) -> String {
        let names = ["word", "domain", "sender", "outcome", "ruling", "since", "until"]
        let values = names.compactMap { name in fields[name].map { "\(name)=\(FormFields.encoded($0))" } }
        return "/trace?" + (values + ["at=\(now)", "page=\(page)"]).joined(separator: "&")
    }

    // MARK: One recipient

    private func one(_ id: String, of mta: String?) throws -> Response {
        var filter = TraceFilter()
        do throws(TraceFilterError) { try filter.take(id: String(id.prefix(200))) } catch {
            throw PageError(.notFound, Self.plain(error.sentence), link: ("/trace", "Message trace"))
        }
        let found: [TraceRow]
        do {
            found = try source.recipients(filter, of: mta)
        } catch let error as TraceReaderError {
            throw PageError(.notFound, PageText.of(error.sentence), link: ("/trace", "Message trace"))
        }
        guard found.count == 1, let row = found.first else {
            throw PageError(
                .notFound, found.isEmpty ? "No recipient of the trace has this id." : "Several ids begin so.",
                link: ("/trace", "Message trace"))
        }
        struct Content {
            let recipient: String
            let facts: [Fact]
            let inspection: [String]
            let domain: String?
            let outcome: String
            struct Fact {
                let name: String
                let value: String
            }
        }
        let lines = row.text.split(separator: "\n", omittingEmptySubsequences: false)
        let end =
            lines.firstIndex { $0.hasPrefix("inspection:") || $0.contains("nspection behind it") } ?? lines.endIndex
        let facts = lines[..<end].map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return Content.Fact(
                name: PageText.of(String(parts.first ?? "")),
                value: PageText.of(parts.count > 1 ? String(parts[1].trimmingBlanks()) : ""))
        }
        let content = Content(
            recipient: PageText.of(row.shownRecipient), facts: facts,
            inspection: lines[end...].map { PageText.of(String($0)) }, domain: source.isOfSite ? nil : row.hop,
            outcome: PageText.of(row.outcome))
        return Page.response(Page.html(frame("A recipient of the trace"), "recipient", content))
    }
}

extension TracePages.Row {
    init(_ row: TraceRow) {
        time = "\(TraceTime.brief(row.time)) UTC"
        recipient = PageText.of(row.shownRecipient)
        sender = PageText.of(row.shownSender ?? "-")
        outcome = PageText.of(row.outcome)
        code = PageText.of(row.would == nil ? row.code ?? "-" : "(\(row.code ?? "-"))")
        ruling = PageText.of(row.would.map { "(\($0))" } ?? row.ruling)
        host = PageText.of(row.host ?? "-")
        // An id stands in an address, and the file may have been written by anybody.
        trace = row.trace.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x7A && $0 != 0x3C && $0 != 0x3E } ? row.trace : ""
        mta = row.mta
    }
}
