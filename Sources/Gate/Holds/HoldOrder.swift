import Glibc
public import Policy
public import Support

/// A command of `danegate hold`, checked and carried out.
public struct HoldOrder: Sendable {
    /// The longest hold: a day. What must last longer belongs into the configuration.
    static let longest = Duration.seconds(86_400)

    private let file: HoldFile
    private let by: String

    /// Commands for a state directory.
    ///
    /// - Parameter by: Who gives them; nil for the user who runs the command.
    public init(_ settings: Settings, by: String?, environment: [String: String]) throws(HoldOrderError) {
        let name = by ?? ExemptionOrder.user(environment)
        guard !name.isEmpty, name.utf8.count <= 64, Exemption.isPlain(name) else {
            throw HoldOrderError(status: EX_USAGE, sentence: "--by must be a name of at most 64 bytes.")
        }
        self.by = name
        file = HoldFile(directory: settings.stateDirectory)
    }

    /// The zones and prefixes that arguments stand for.
    public static func subjects(_ arguments: [String]) throws(HoldOrderError) -> [Hold.Subject] {
        var subjects: [Hold.Subject] = []
        for argument in arguments {
            guard let subject = Hold.Subject(argument) else {
                let shown = TerminalText.shown(argument, limit: 200)
                throw HoldOrderError(
                    status: EX_USAGE, sentence: "'\(shown)' is no zone (dead.example) and no prefix (192.0.2.0/24).")
            }
            subjects.append(subject)
        }
        return subjects
    }

    /// Holds zones or prefixes. If they are held already, the hold begins anew.
    ///
    /// - Parameter time: How long, in the form of settings: `1h`.
    /// - Returns: The holds.
    public func hold(_ subjects: [Hold.Subject], for time: String, at now: Int64 = unixTime()) throws(HoldOrderError)
        -> [Hold]
    {
        guard let duration = DurationText.parse(time), duration >= .seconds(1), duration <= Self.longest else {
            throw HoldOrderError(
                status: EX_USAGE,
                sentence: "--for must be a time from 1s to \(DurationText.write(Self.longest)), as 1h.")
        }
        let holds = subjects.map { Hold($0, until: now + duration.components.seconds, by: by) }
        try change { $0 + holds }
        return holds
    }

    /// Ends holds.
    ///
    /// - Returns: Those of the subjects that were not held.
    public func end(_ subjects: [Hold.Subject]) throws(HoldOrderError) -> [Hold.Subject] {
        var held: Set<Hold.Subject> = []
        try change { holds in
            held = Set(holds.map(\.subject))
            return holds.filter { !subjects.contains($0.subject) }
        }
        return subjects.filter { !held.contains($0) }
    }

    /// The holds that have not ended.
    public func all(at now: Int64 = unixTime()) throws(HoldOrderError) -> [Hold] {
        do throws(HoldFileError) { return try file.read().live(at: now).all } catch {
            throw HoldOrderError(status: EX_UNAVAILABLE, sentence: error.sentence)
        }
    }

    private func change(_ body: ([Hold]) -> [Hold]) throws(HoldOrderError) {
        do throws(HoldFileError) { try file.change(body) } catch {
            throw HoldOrderError(status: EX_UNAVAILABLE, sentence: error.sentence)
        }
    }
}
