import Policy
import Records
import Reports
import Support

/// The traces of all hosts of a site, as a source of the pages.
struct HostsTrace: TraceSource {
    let inquiry: HostsInquiry

    let isOfSite = true
    /// Each host prints all that is newer too.
    let pages = 20

    func find(_ filter: TraceFilter, _ fields: FormFields, page: Int) throws -> TraceFinding {
        // The hosts' clocks may be ahead of this one. So the first page has no end but that of the form.
        let end = page > 0 ? filter.until.map { UnixTime.iso8601(($0 + 999) / 1000) } : fields["until"]
        let wanted = (page + 1) * TracePages.size
        var trace = SiteTrace(limit: wanted + 1, id: filter.id?.text)
        let isOne = filter.id != nil
        let arguments = SiteTrace.arguments(
            [
                "sender": fields["sender"], "domain": fields["domain"], "outcome": fields["outcome"],
                "ruling": fields["ruling"], "since": fields["since"], "until": end,
            ], words: fields["word"].map { [$0] } ?? [], id: filter.id, limit: wanted + 1, isWhole: false)
        let lost = try inquiry.ask(
            ["trace"], arguments, bytes: SiteTrace.bytes(wanted + 1, isWhole: isOne), statuses: isOne ? [0, 1] : [0]
        ) { answer, index in
            guard !answer.isSilent else { throw SiteAnswerError.silence }
            try trace.take(answer, index)
        }
        var finding = TraceFinding(lost: lost.map(\.sentence))
        let rows = trace.rows
        finding.hasMore = rows.count > wanted
        finding.rows = rows.dropLast(page * TracePages.size).suffix(TracePages.size).reversed()
        if finding.rows.isEmpty, lost.count < inquiry.site.hosts.count {
            finding.note = "nobody matches on \(CountText.of(inquiry.site.hosts.count - lost.count, "host"))."
        }
        return finding
    }

    func recipients(_ filter: TraceFilter, of mta: String?) throws -> [TraceRow] {
        guard let mta, let host = inquiry.site.only(mta) else {
            throw PageError(.notFound, "There is no such host in the list.", link: ("/trace", "Message trace"))
        }
        var trace = SiteTrace(limit: 2, id: filter.id?.text)
        let lost = try inquiry.ask(
            ["trace"], SiteTrace.arguments([:], words: [], id: filter.id, limit: 2, isWhole: true), of: host,
            bytes: SiteTrace.bytes(2, isWhole: true), statuses: [0, 1]
        ) { answer, index in
            guard !answer.isSilent else { throw SiteAnswerError.silence }
            try trace.take(answer, index)
        }
        if let lost = lost.first {
            throw PageError(.badGateway, PageText.of(lost.sentence), link: ("/trace", "Message trace"))
        }
        return trace.rows
    }
}
