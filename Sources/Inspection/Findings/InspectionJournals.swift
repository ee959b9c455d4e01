/// Several journals as one.
package struct InspectionJournals: InspectionJournal {
    private let journals: [any InspectionJournal]

    /// The journals that there are.
    package init(_ journals: (any InspectionJournal)?...) { self.journals = journals.compactMap(\.self) }

    /// Tells each.
    package func ended(_ inspection: Inspection, demandingDANE: Bool) {
        for journal in journals { journal.ended(inspection, demandingDANE: demandingDANE) }
    }
}
