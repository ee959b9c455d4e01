import Logging
import Policy
import Records
import Support

/// Follows the file of exemptions. It reads the file when it has changed, keeps the exemptions if the file is lost, and
/// logs what changed.
struct ExemptionFollower {
    private let directory: String
    private let path: String
    /// How long a domain must be in order before its exemption is lifted.
    var liftAfter: Duration
    private let log: DatabaseLog
    /// Puts the live exemptions into force. It is called before the log has them.
    private let adopt: ([Exemption]) -> Void
    private var stamp: ExemptionStamp?
    private var hasRead = false
    /// When a file that could not be opened is tried again.
    private var nextTry = ContinuousClock.now
    /// The live exemptions.
    private(set) var live: [Exemption] = []
    /// The live exemptions, and those that somebody has removed lately.
    private(set) var standing: [Exemption] = []
    /// Why the file cannot be used, as a sentence without a full stop; nil if it can.
    private(set) var fault: String?
    /// What other hosts have told and was looked at.
    private var told: Set<Told> = []

    /// An exemption of another host, or its removal.
    private struct Told: Hashable {
        let key: Exemption.Key
        let isRemoval: Bool

        init(_ exemption: Exemption) {
            key = exemption.key
            isRemoval = exemption.ended != nil
        }
    }

    /// The most of them that are remembered. What is looked at twice is found to be known.
    private static let toldLimit = 50_000

    init(
        _ directory: String, liftAfter: Duration, log: GateLog, adopt: @escaping ([Exemption]) -> Void = { _ in }
    ) {
        self.directory = directory
        path = ExemptionFile.path(directory)
        self.liftAfter = liftAfter
        self.log = DatabaseLog(event: "exemption", log: log)
        self.adopt = adopt
    }

    /// Looks at the file, writes what was seen of domains and what other hosts have told, and reads the file if it has
    /// changed.
    ///
    /// - Parameter now: The time, in seconds since 1970.
    /// - Returns: Whether the live exemptions differ from those before.
    mutating func turn(_ sightings: [ExemptionSighting], _ others: [Exemption] = [], at now: Int64) -> Bool {
        let others = others.filter { !told.contains(Told($0)) }
        let found = ExemptionStamp(path)
        let hasExpired = live.contains { $0.until <= now }
        let hasChanged = !hasRead || found != stamp
        if !hasChanged { fault = nil }
        guard hasChanged || hasExpired || !sightings.isEmpty || !others.isEmpty else { return false }
        // There is no file, and nothing to write: none is made.
        if found == nil, live.isEmpty, others.allSatisfy({ $0.ended != nil }), !ExemptionFollower.exists(path) {
            hasRead = true
            fault = nil
            stamp = nil
            return false
        }
        guard ContinuousClock.now >= nextTry else { return hasExpired && dropExpired(at: now) }
        let isAnother = hasRead && stamp.map { old in found.map { !$0.isSameFile(old) } ?? true } ?? false
        do throws(DatabaseFileError) {
            let (log, live) = (log, live)
            let isOther = try ExemptionFile.replacing(
                in: directory,
                told: { aside, why in
                    log.tell(
                        .error, "set-aside",
                        [("cause", why.cause), ("path", aside), ("restored", "\(live.count)")])
                }
            ) { isAgain throws(DatabaseFileError) in
                try read(restoring: isAgain || isAnother ? live : [], sightings, others, at: now)
            }
            if told.count + others.count > Self.toldLimit { told = [] }
            told.formUnion(others.map(Told.init))
            return isOther
        } catch {
            nextTry = .now + .seconds(5)
            fault =
                "the file of exemptions \(path) cannot be used (\(error.cause)): "
                + (hasRead ? "those read before stay in force" : "none is in force")
            log.tell(.error, "unavailable", [("cause", error.cause), ("path", path)], repeated: true)
            return hasExpired && dropExpired(at: now)
        }
    }

    private static func exists(_ path: String) -> Bool { FileIdentity(path) != nil }

    private mutating func read(
        restoring lost: [Exemption], _ sightings: [ExemptionSighting], _ others: [Exemption], at now: Int64
    ) throws(DatabaseFileError) -> Bool {
        let lost = lost.filter { $0.until > now }
        let isVanished = !lost.isEmpty && !Self.exists(path)
        let file = try ExemptionFile(directory)
        // The stamp is taken first. So a change made during the read is seen the next time.
        var stamp = ExemptionStamp(path)
        var rows = try file.live(at: now)
        let before = hasRead ? live : try file.live(at: .min)
        let hasExpired = before.contains { $0.until <= now }
        if !lost.isEmpty || !sightings.isEmpty || !others.isEmpty || hasExpired {
            try file.update(restoring: lost, sightings, told: others, liftAfter: liftAfter, at: now)
            stamp = ExemptionStamp(path)
            rows = try file.live(at: now)
        }
        if isVanished { log.tell(.error, "vanished", [("path", path), ("restored", "\(lost.count)")]) }
        if rows != live { adopt(rows) }
        try tellChanges(from: before, to: rows, file)
        if !hasRead, !rows.isEmpty { log.tell(.notice, "loaded", [("live", "\(rows.count)")]) }
        let isOther = rows != live
        live = rows
        standing = rows + (try file.removed(at: now))
        self.stamp = stamp
        hasRead = true
        fault = nil
        return isOther
    }

    /// Logs which exemptions have ended, and which are new.
    private func tellChanges(
        from before: [Exemption], to after: [Exemption], _ file: ExemptionFile
    ) throws(DatabaseFileError) {
        let kept = Set(after.map(\.key))
        let known = Set(before.map(\.key))
        for exemption in before where !kept.contains(exemption.key) {
            let ended = try file.exemption(exemption.key)
            // The exemption that replaced it has a line of its own.
            if ended?.end == .replaced { continue }
            tell((ended?.end ?? .removed).rawValue, ended ?? exemption)
        }
        guard hasRead else { return }
        let patterns = Set(before.map(\.pattern))
        for exemption in after where !known.contains(exemption.key) {
            tell("added", exemption, isReplacing: patterns.contains(exemption.pattern))
        }
    }

    /// Ends the exemptions that have expired, for a file that cannot be written.
    private mutating func dropExpired(at now: Int64) -> Bool {
        let expired = live.filter { $0.until <= now }
        live.removeAll { $0.until <= now }
        standing.removeAll { $0.until <= now }
        adopt(live)
        for exemption in expired { tell("expired", exemption) }
        return true
    }

    private func tell(_ result: String, _ exemption: Exemption, isReplacing: Bool = false) {
        var more = [
            ("domain", exemption.pattern.description), ("by", exemption.endedBy ?? exemption.by),
            ("reason", exemption.reason), ("until", UnixTime.iso8601(exemption.until)),
            ("keep", exemption.keeps ? "yes" : "no"),
        ]
        if isReplacing { more.append(("replaced", "yes")) }
        if exemption.end == .lifted, let seen = exemption.seen { more.append(("seen", seen)) }
        log.tell(.notice, result, more)
    }
}
