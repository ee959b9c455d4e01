import Glibc
import Inspection
public import Policy
import Support

/// An order of the command `danegate exempt`. It checks the order and carries it out.
public struct ExemptionOrder: Sendable {
    private let directory: String
    private let by: String

    /// Makes orders for the state directory of the settings.
    ///
    /// - Parameters:
    ///   - by: Who gives the orders; nil for the user of the command.
    ///   - environment: The environment of the command, which names that user.
    public init(_ settings: Settings, by: String?, environment: [String: String]) throws(ExemptionOrderError) {
        directory = settings.stateDirectory
        self.by = try Self.name(by, environment)
    }

    /// Returns who gives an order.
    ///
    /// - Parameters:
    ///   - by: Who is said to give it; nil for the user of the command.
    ///   - environment: The environment of the command, which names that user.
    public static func name(_ by: String?, _ environment: [String: String]) throws(ExemptionOrderError) -> String {
        let name = by ?? user(environment)
        guard !name.isEmpty, name.utf8.count <= Exemption.byLimit, Exemption.isPlain(name) else {
            throw ExemptionOrderError(status: EX_USAGE, sentence: "--by must be a name of at most 64 bytes.")
        }
        return name
    }

    /// Returns the end of an exemption as a moment in ISO 8601, so that it is the same on every host that reads it.
    public static func commonEnd(_ until: String) throws(ExemptionOrderError) -> String {
        UnixTime.iso8601(try end(until: until, at: unixTime()))
    }

    /// The user of the command: the user who became root for it, or else the login name.
    static func user(_ environment: [String: String]) -> String {
        if geteuid() == 0, let name = environment["SUDO_USER"], !name.isEmpty, Exemption.isPlain(name) {
            return String(name.prefix(64))
        }
        if let entry = getpwuid(getuid()) { return String(cString: entry.pointee.pw_name) }
        return "uid \(getuid())"
    }

    /// Returns when an exemption ends: the end of a day (`2027-01-31`), a moment in ISO 8601, or a time from now
    /// (`30d`, `12h`).
    ///
    /// - Returns: Seconds since 1970; nil if the text is none of these.
    static func end(_ text: String, at now: Int64) -> Int64? {
        if let end = CalendarDate.endOfDay(text) { return end }
        if text.last?.isLetter == true, let duration = DurationText.parse(text) {
            return now + duration.components.seconds
        }
        return text.contains(where: { $0 == ":" }) ? Moment(text)?.seconds : nil
    }

    /// Returns the domain or domains that an argument means. `.example.org` means all subdomains. A domain, a mail
    /// address or a next hop means its domain.
    ///
    /// - Throws: If the argument means no domain.
    public static func pattern(_ text: String) throws(ExemptionOrderError) -> DomainPattern {
        if text.hasPrefix("."), let pattern = DomainPattern(text) { return pattern }
        if text.hasPrefix("*."), let meant = DomainPattern(text.dropFirst(1)) {
            let shown = TerminalText.shown(text, limit: 200)
            throw ExemptionOrderError(
                status: EX_USAGE, sentence: "'\(shown)' is not a domain name; all subdomains are written \(meant).")
        }
        do throws(DestinationArgumentError) {
            return DomainPattern(try DestinationArgument(text, port: 25, names: .any).destination.name)
        } catch { throw ExemptionOrderError(status: EX_USAGE, sentence: error.sentence) }
    }

    /// Exempts a domain, or the subdomains of one.
    ///
    /// - Returns: The exemption, the one that it replaces, and a sentence if a corrupt file was set aside.
    public func add(
        _ pattern: DomainPattern, until: String, reason: String, keeps: Bool
    ) throws(ExemptionOrderError) -> (exemption: Exemption, replaced: Exemption?, warning: String?) {
        let now = unixTime()
        let end = try Self.end(until: until, at: now)
        try Self.check(reason: reason)
        let exemption = Exemption(
            pattern, until: end, reason: reason, keeps: keeps, by: by, added: StateClock.system.wall())
        let (replaced, warning) = try write { file throws(DatabaseFileError) in try file.add(exemption, at: now) }
        return (exemption, replaced, warning)
    }

    /// Refuses a reason that is none, or no text.
    public static func check(reason: String) throws(ExemptionOrderError) {
        guard !reason.allSatisfy(\.isWhitespace), reason.utf8.count <= Exemption.reasonLimit,
            Exemption.isPlain(reason)
        else {
            throw ExemptionOrderError(
                status: EX_USAGE,
                sentence: "--reason must be text of at most \(Exemption.reasonLimit) bytes, without control characters."
            )
        }
    }

    private static func end(until: String, at now: Int64) throws(ExemptionOrderError) -> Int64 {
        guard let end = end(until, at: now) else {
            throw ExemptionOrderError(
                status: EX_USAGE,
                sentence:
                    "--until \"\(TerminalText.shown(until))\": must be a day like 2027-01-31, "
                    + "a moment like 2027-01-31T12:00:00Z, or a time from now like 30d.")
        }
        guard end > now else {
            throw ExemptionOrderError(
                status: EX_USAGE, sentence: "--until \(LogLine.escaped(until)): that is over already.")
        }
        guard end - now <= Exemption.longest else {
            throw ExemptionOrderError(
                status: EX_USAGE, sentence: "--until \(LogLine.escaped(until)): that is more than ten years from now.")
        }
        return end
    }

    /// Removes an exemption.
    ///
    /// - Returns: The exemption; nil if there is none.
    public func remove(_ pattern: DomainPattern) throws(ExemptionOrderError) -> Exemption? {
        do throws(DatabaseFileError) { guard try ExemptionFile.isThere(directory) else { return nil } } catch {
            throw refusal(error)
        }
        return try write { file throws(DatabaseFileError) in try file.remove(pattern, by: by, at: unixTime()) }.0
    }

    /// Returns the live exemptions. With `isWhole`, those that have ended follow.
    public static func list(_ settings: Settings, isWhole: Bool) throws(ExemptionOrderError) -> [Exemption] {
        let path = ExemptionFile.path(settings.stateDirectory)
        do throws(DatabaseFileError) {
            guard try ExemptionFile.isThere(settings.stateDirectory) else { return [] }
            let file = try ExemptionFile(settings.stateDirectory, isReadOnly: true)
            return try file.live(at: unixTime()) + (isWhole ? file.history(at: unixTime()) : [])
        } catch {
            throw ExemptionOrderError(status: EX_UNAVAILABLE, sentence: "\(LogLine.escaped(path)): \(error.cause).")
        }
    }

    private func refusal(_ fault: DatabaseFileError) -> ExemptionOrderError {
        let path = ExemptionFile.path(directory)
        return ExemptionOrderError(status: EX_UNAVAILABLE, sentence: "\(LogLine.escaped(path)): \(fault.cause).")
    }

    /// Does work on the file. A corrupt file is set aside first.
    private func write<Result>(
        _ work: (ExemptionFile) throws(DatabaseFileError) -> Result
    ) throws(ExemptionOrderError) -> (Result, warning: String?) {
        let path = ExemptionFile.path(directory)
        var facts = stat()
        guard stat(directory, &facts) == 0 || errno != ENOENT else {
            throw ExemptionOrderError(
                status: EX_UNAVAILABLE,
                sentence:
                    "\(LogLine.escaped(directory)): there is no such state directory; "
                    + "the daemon makes it at its first start."
            )
        }
        var warning: String?
        do throws(DatabaseFileError) {
            let result = try ExemptionFile.replacing(
                in: directory,
                told: { aside, why in
                    warning =
                        "\(LogLine.escaped(path)): \(why.cause); "
                        + "it is \(LogLine.escaped(aside)) now, and a new one is begun."
                }
            ) { _ throws(DatabaseFileError) in
                try work(ExemptionFile(directory))
            }
            return (result, warning)
        } catch { throw refusal(error) }
    }
}
