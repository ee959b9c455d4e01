/// Tells several journals of each report.
package struct ReportJournals: ReportJournal {
    private let journals: [any ReportJournal]

    /// Tells these, as far as they are there.
    package init(_ journals: (any ReportJournal)?...) { self.journals = journals.compactMap { $0 } }

    package func kept(_ report: KeptReport) {
        for journal in journals { journal.kept(report) }
    }
}
