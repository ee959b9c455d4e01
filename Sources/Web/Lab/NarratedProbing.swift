import DANE
import Inspection
import Probe

/// A prober that tells when a connection begins, for somebody who waits for a slow host.
struct NarratedProbing: Probing {
    private let prober: Prober
    private let note: @Sendable (TestEvent) -> Void

    init(_ prober: Prober, _ note: @escaping @Sendable (TestEvent) -> Void) {
        self.prober = prober
        self.note = note
    }

    func probe(
        _ target: ProbeTarget, publishing records: [TLSARecord], for asker: ProbeAsker
    ) async -> ProbeReport {
        note(
            TestEvent(
                step: "connect", subject: target.serverName.description, result: "going", word: "begun",
                detail: "a connection to \(target.address), port \(target.port)", ms: ""))
        return await prober.probe(target, for: asker)
    }
}

extension TestEvent {
    /// A step that has ended.
    init(_ step: InspectionStep) {
        self.init(
            step: step.kind.rawValue, subject: PageText.of(step.subject), result: step.result.rawValue,
            word: step.result.word, detail: PageText.of(step.detail), ms: "\(step.elapsed.tenthsOfMilliseconds)")
    }
}

extension InspectionStep.Result {
    /// The word for people.
    var word: String {
        switch self {
        case .ok: "ok"
        case .warning: "note"
        case .failed: "failed"
        }
    }
}
