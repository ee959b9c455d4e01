import Logging
package import Policy
import RESP
import Records
import Store
import Support
import Verdicts

/// Exemptions, which several hosts share in one hash. Each host has them in its own file too, so that a store that
/// forgets them takes none back: only a removal does, and it is written as one.
extension StoreSharing {
    /// The most exemptions and removals that are read.
    static let exemptionLimit = 20_000
    /// About so many are read at once.
    private static let exemptionStep = "200"
    /// The most reads.
    private static let exemptionReads = 1000
    /// How long the store may take with each of them: nobody's mail waits.
    private static let exemptionPatience = Duration.seconds(1)
    /// Writes a field, or removes it, if it still is what was read.
    static let exchange = StoreScript(
        """
        if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end \
        if ARGV[3] == '' then return redis.call('HDEL', KEYS[1], ARGV[1]) end \
        redis.call('HSET', KEYS[1], ARGV[1], ARGV[3]) return 1
        """)

    /// What was read.
    private struct Sight {
        var fields: [String: SharedExemption] = [:]
        /// The store's time, in milliseconds.
        let time: Int64
    }

    /// Reads what other hosts have made and removed, takes it in, and tells them what this host has made and removed.
    ///
    /// - Parameter isOrdered: Whether an administrator waits for it.
    @discardableResult
    package func shareExemptions(isOrdered: Bool) async -> ExemptionTelling {
        guard let exemptions = exemptions.withLock({ $0 }) else { return .alone }
        if isOrdered { await exemptions.look() }
        guard client.isReady, let sight = await readExemptions() else {
            return .unanswered(client.state.reason ?? "it has not answered as it should")
        }
        let found = sight.fields.values.compactMap(\.exemption)
        exemptions.take(found)
        tally.note(exemptions: found.count { $0.ended == nil })
        return await tell(exemptions.standing, sight, isOrdered: isOrdered)
    }

    /// Reads all fields; nil if the store does not answer as it should.
    private func readExemptions() async -> Sight? {
        let key = SharedKeys.exemptions(options.realm)
        var sight: Sight?
        var cursor = "0"
        for _ in 0..<Self.exemptionReads {
            let commands = [RESPCommand("TIME"), RESPCommand("HSCAN", key, cursor, "COUNT", Self.exemptionStep)]
            guard let answers = try? await client.answers(to: commands, within: Self.exemptionPatience),
                let now = clock.take(answers[0]), let parts = answers[1].elements, parts.count == 2,
                let next = parts[0].text, next.utf8.count <= 20, let words = parts[1].elements,
                words.count.isMultiple(of: 2)
            else { return nil }
            var found = sight ?? Sight(time: now)
            for place in stride(from: 0, to: words.count, by: 2) {
                guard found.fields.count < Self.exemptionLimit else { break }
                guard let field = words[place].text, let bytes = words[place + 1].bytes else {
                    tally.note(.form)
                    continue
                }
                found.fields[field] = SharedExemption(
                    bytes, field: field, in: key, seal, at: found.time, leap: options.leap.milliseconds
                ) { tally.note($0.refusal) }
            }
            sight = found
            if next == "0" || found.fields.count >= Self.exemptionLimit { return found }
            cursor = next
        }
        return sight
    }

    /// Writes what this host knows better, and removes what is over. Only hosts that the store lets write do so.
    private func tell(_ standing: [Exemption], _ sight: Sight, isOrdered: Bool) async -> ExemptionTelling {
        let key = SharedKeys.exemptions(options.realm)
        var latest: [String: Exemption] = [:]
        for exemption in standing where exemption.until > sight.time / 1000 {
            let field = exemption.pattern.description
            if latest[field].map({ exemption.supersedes($0) }) ?? true { latest[field] = exemption }
        }
        var writes: [(field: String, old: [UInt8], new: [UInt8])] = []
        for (field, exemption) in latest {
            let known = sight.fields[field]
            guard known?.exemption.map({ exemption.supersedes($0) }) ?? true,
                let bytes = SharedExemption.bytes(
                    exemption, writer: options.writer, at: sight.time, seal, in: key)
            else { continue }
            writes.append((field, known?.bytes ?? [], bytes))
        }
        let ownCount = writes.count
        for (field, known) in sight.fields where known.isOver && latest[field] == nil {
            writes.append((field, known.bytes, []))
        }
        if ownCount == 0 { tally.note(exemptionsFault: nil) }
        let connection = client.state.generation
        if !isOrdered, let refusal = refusal.withLock({ $0 }), refusal.connection == connection {
            return ownCount == 0 ? .told : .refused(refusal.words)
        }
        for (place, write) in writes.enumerated() {
            do throws(StoreError) {
                let arguments = [Array(write.field.utf8), write.old, write.new]
                _ = try await client.run(
                    Self.exchange, keys: [Array(key.utf8)], arguments: arguments, within: Self.exemptionPatience)
            } catch {
                guard case .refused(let words) = error else {
                    return place < ownCount ? .unanswered(error.description) : .told
                }
                refusal.withLock { $0 = (connection, words.description) }
                guard place < ownCount else { return .told }
                return noteRefused(words.description)
            }
        }
        refusal.withLock { $0 = nil }
        tally.note(exemptionsFault: nil)
        return .told
    }

    private func noteRefused(_ words: String) -> ExemptionTelling {
        tally.note(exemptionsFault: words)
        log.event(
            .warning, repeated: "shared-exemptions",
            LogLine(event: "shared").adding("result", "exemptions-refused").adding("store", standing.address)
                .adding("cause", words))
        return .refused(words)
    }

    /// Exchanges exemptions with other hosts whenever one of them has changed some, and now and then, until it is
    /// cancelled.
    func followExemptions() async {
        guard options.sharesExemptions else { return }
        for await _ in exemptionNews {
            // What could not be read now is worth another try before the next turn.
            for pause in [Duration.milliseconds(100), .milliseconds(500), .zero] {
                guard case .unanswered = await shareExemptions(isOrdered: false), client.isReady, pause > .zero else {
                    break
                }
                try? await Task.sleep(for: pause)
            }
        }
    }

    /// Has the exemptions read now and then, because a change may not have been told.
    func rereadExemptions() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: options.exemptionInterval)
            exemptionsTold.yield()
        }
    }
}

extension SharedRecord.Fault {
    /// As it is counted.
    var refusal: SharedStanding.Refusal {
        switch self {
        case .form: .form
        case .mac: .mac
        case .time: .time
        }
    }
}
