import HTTPTypes
import Hummingbird

/// Sees to it that few pages at once ask hosts, and that one which was made is shown again for some seconds: whoever
/// reloads a page starts no fifty programs anew. Who asks for a page that is being made waits for it.
actor KeptPages {
    /// A page, or why there is none.
    typealias Made = Result<Response, any Error>

    private struct Entry {
        /// nil while it is being made.
        var made: Made?
        /// Until when it is shown, once it is made.
        var end = ContinuousClock.now
        /// Who waits for it.
        var waiting: [CheckedContinuation<Made, Never>] = []
    }

    /// How many are made at once, how many are kept, and for how long.
    private static let limits = (making: 3, kept: 16, time: Duration.seconds(5))

    private var entries: [String: Entry] = [:]

    /// Returns a page that is kept, or waits for one that is being made.
    ///
    /// - Parameter address: Its path and query.
    /// - Returns: nil if the caller has to make it, and to tell `keep` what came of it.
    /// - Throws: That too many are being made.
    func page(_ address: String) async throws(PageError) -> Made? {
        let now = ContinuousClock.now
        entries = entries.filter { $0.value.made == nil || $0.value.end > now }
        if let entry = entries[address] {
            if let made = entry.made { return made }
            return await withCheckedContinuation { entries[address]?.waiting.append($0) }
        }
        guard entries.values.count(where: { $0.made == nil }) < Self.limits.making else {
            throw PageError(
                .serviceUnavailable, "The hosts are being asked for other pages. Try again in some seconds.",
                fields: [.retryAfter: "5"])
        }
        if entries.count >= Self.limits.kept {
            let oldest = entries.filter { $0.value.made != nil }.min { $0.value.end < $1.value.end }
            if let oldest { entries[oldest.key] = nil }
        }
        entries[address] = Entry()
        return nil
    }

    /// Keeps a page that the caller has made, and gives it to all who wait.
    func keep(_ address: String, _ made: Made) {
        guard let waiting = entries[address]?.waiting else { return }
        entries[address] = Entry(made: made, end: .now + Self.limits.time)
        for one in waiting { one.resume(returning: made) }
    }
}
