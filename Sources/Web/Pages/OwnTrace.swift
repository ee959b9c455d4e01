import Policy
import Records

/// The trace of this host, as a source of the pages.
struct OwnTrace: TraceSource {
    let reader: TraceReader
    let settings: SettingsBook

    let isOfSite = false
    let pages = 200

    func find(_ filter: TraceFilter, _ fields: FormFields, page: Int) throws -> TraceFinding {
        var finding = TraceFinding()
        let wanted = (page + 1) * TracePages.size
        let numbers = try reader.numbers(filter, limit: wanted + 1)
        finding.hasMore = numbers.count > wanted
        let those = Array(numbers.dropLast(page * TracePages.size).suffix(TracePages.size))
        try reader.rows(those, isWhole: false) { finding.rows += $0 }
        finding.rows.reverse()
        if finding.rows.isEmpty { finding.note = try? reader.extent().sentence(filter, settings.settings) }
        return finding
    }

    func recipients(_ filter: TraceFilter, of mta: String?) throws -> [TraceRow] {
        var found: [TraceRow] = []
        try reader.rows(try reader.numbers(filter, limit: 2), isWhole: true) { found += $0 }
        return found
    }
}
