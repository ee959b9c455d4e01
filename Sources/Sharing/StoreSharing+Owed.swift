import DANE
import Inspection
import RESP
import Support
import Verdicts

/// What has ended while this host could tell nobody.
extension StoreSharing {
    /// How often it is looked whether something is to be taken back.
    private static let settleInterval = Duration.seconds(1)
    /// So many at once.
    private static let settleBatch = 100

    /// What is over by a verdict.
    static func ended(by kept: KeptVerdict) -> [FaultBook.Subject] {
        switch kept.verdict.outcome.defaultRuling {
        case .accept, .reject: [.destination(kept.destination), .doubt(kept.destination)]
        case .deferThenReject: [.doubt(kept.destination)]
        case .tempfail: []
        }
    }

    /// Takes back what is over, as soon as the store can be told, until it is cancelled.
    func followOwed() async {
        while !Task.isCancelled {
            await settleOwed()
            try? await Task.sleep(for: Self.settleInterval)
        }
    }

    /// Takes back what is over, as far as the store can be told.
    func settleOwed() async {
        while client.isReady, !Task.isCancelled {
            let batch = owed.some(Self.settleBatch)
            guard !batch.isEmpty, let now = await storeTime(), await takeBack(batch, now) else { return }
            owed.settle(batch)
        }
    }

    /// Removes first sightings from before an end. What was seen after it stays.
    ///
    /// - Returns: Whether the store has answered.
    private func takeBack(
        _ batch: [(subject: FaultBook.Subject, at: ContinuousClock.Instant)], _ now: Int64
    ) async -> Bool {
        let known = batch.compactMap { end in name(of: end.subject).map { (name: $0, at: end.at) } }
        // A lack of what policy demands is not shared, and MGET without a name is an error.
        guard !known.isEmpty else { return true }
        guard let seen = try? await client.answer(to: Self.command(["MGET"] + known.map(\.name)), within: Self.writing),
            let values = seen.elements, values.count == known.count
        else { return false }
        for ((name, end), value) in zip(known, values) {
            guard let bytes = value.bytes, let record = record(value, at: name, now) else { continue }
            // Where the clocks disagree nobody knows which was first. A fault that counts as younger harms nobody.
            guard clock.disagreement != nil || record.t < now - (ContinuousClock.now - end).milliseconds else {
                continue
            }
            guard
                (try? await client.run(
                    Self.unlock, keys: [Array(name.utf8)], arguments: [bytes], within: Self.writing)) != nil
            else { return false }
        }
        return true
    }

    /// Where a first sighting stands; nil for what is not shared.
    func name(of subject: FaultBook.Subject) -> String? {
        switch subject {
        case .destination(let destination): SharedKeys(destination, realm: options.realm).fault
        case .doubt(let destination): SharedKeys(destination, realm: options.realm).doubt
        case .policy: nil
        }
    }

    /// An age as far as it is since this host has seen that all was well.
    func age(_ age: Duration, of subject: FaultBook.Subject) -> Duration {
        guard let end = owed.end(of: subject) else { return age }
        return min(age, ContinuousClock.now - end)
    }
}
