import Records

/// Where the rows of the trace's pages come from. It is asked on threads that may wait.
protocol TraceSource: Sendable {
    /// Whether it has the traces of several hosts, so that each row names its host.
    var isOfSite: Bool { get }
    /// The most pages of a search.
    var pages: Int { get }

    /// A page of a search.
    ///
    /// - Parameters:
    ///   - filter: What is searched for, up to the moment of the first page.
    ///   - fields: The same as it was filled in.
    ///   - page: The number of the page, from 0 on. Each has `TracePages.size` recipients.
    func find(_ filter: TraceFilter, _ fields: FormFields, page: Int) throws -> TraceFinding

    /// Recipients with their inspections, two at most.
    ///
    /// - Parameter mta: The name of the host; nil for this one.
    func recipients(_ filter: TraceFilter, of mta: String?) throws -> [TraceRow]
}

/// A page of a search in the trace.
struct TraceFinding: Sendable {
    /// The recipients, the latest first.
    var rows: [TraceRow] = []
    /// Whether there are older ones.
    var hasMore = false
    /// Why there are none.
    var note: String?
    /// The hosts that have not answered, a sentence each.
    var lost: [String] = []
}
