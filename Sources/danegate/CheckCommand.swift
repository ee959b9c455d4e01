import ArgumentParser
import DNSSEC
import Foundation
import Gate
import Policy
import Probe
import Reports
import Support

/// `danegate check`: what the daemon would find out about domains, and how it would rule.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Inspect domains afresh, with the daemon's own engine and settings.",
        discussion: """
            A domain, a next hop in brackets with an optional port ([mx.example.org]:2525), or a mail address, of \
            which the domain is checked. Anything else, an address literal or a URL say, ends the command with 64 \
            before it begins. No recipient's domain leads to brackets or to a port of its own: such a next hop is \
            ruled as this site's own (DANEGATE_ON_OWN_NEXT_HOP).
            The first line tells the ruling and the reply that a sender would see. What failed comes next, then what \
            to do about it. Below is what was looked at, cut to fit the screen; --verbose shows all of it. On a \
            terminal there are colours, unless NO_COLOR is set, and while a host is slow a line tells what the check \
            waits for.
            Exits 0 if mail to every domain would be accepted, 1 if to some it would be rejected, 75 if to some only \
            deferred, 64 on usage, 78 on settings. A check sees a fault for the first time, so one that must last for \
            DANEGATE_DEFER_FOR before it is rejected is deferred here. Mail to a domain that is exempt (danegate \
            exempt, or the policy file) would be accepted, whatever is found, and the report says until when and why.
            With --days N (0 to 3650) an expiry before that day counts as of then: certificates under DANE-TA, and the \
            DNSSEC signatures of what the domain and its first eight hosts publish. Signers renew some days before the \
            end: 2 or 3 is a sensible alarm for signatures, 14 or more for certificates.
            With --cached it is what the running daemon keeps and would rule now, by the age of the fault; 75 also \
            where it knows nothing yet, 69 if no daemon answers.
            """)

    @OptionGroup var options: SettingsOptions

    @Flag(help: "Print one JSON object per domain, one per line.")
    var json = false

    @Flag(name: .shortAndLong, help: "Show all that was seen, and every record in full.")
    var verbose = false

    @Flag(help: "Ask the running daemon what it would rule now; nothing is inspected.")
    var cached = false

    @Option(help: "Judge what is there today as of so many days ahead, if nobody renews anything.")
    var days: Int?

    @Argument(help: "The domains, next hops or mail addresses.")
    var domains: [String]

    func validate() throws {
        if let days, !(0...3650).contains(days) { throw ValidationError("--days must be from 0 to 3650.") }
        if days != nil, cached { throw ValidationError("--days and --cached exclude each other.") }
    }

    // `run` needs the main thread for itself, and an asynchronous root command would take it. So all commands are
    // synchronous.
    func run() throws {
        let settings = try options.read().settings
        let arguments = try DestinationArgument.all(domains, settings)
        guard !cached else { return try askDaemon(settings, arguments) }
        let policies = try options.policies(settings)
        let resolver = try Resolver(settings.resolverConfiguration(TrustAnchor.forAsking(settings).anchor))
        let batch = Batch(
            arguments: arguments, isJSON: json, isWhole: verbose, days: days,
            exemptions: ExemptionOrder.standing(settings))
        let outcome = Waiting.forResult { () -> Result<Set<Ruling.Action>, any Error> in
            do { return .success(try await batch.check(settings, policies.table, resolver)) } catch {
                return .failure(error)
            }
        }
        try Self.end(try outcome.get())
    }

    private static func end(_ actions: Set<Ruling.Action>) throws {
        if actions.contains(.reject) { throw ExitCode(1) }
        if actions.contains(.tempfail) { throw ExitCode(EX_TEMPFAIL) }
    }

    /// Asks the daemon what it keeps about each domain.
    private func askDaemon(_ settings: Settings, _ arguments: [DestinationArgument]) throws {
        guard let path = settings.controlSocketPath else { throw ExitError.controlIsOff }
        var actions: Set<Ruling.Action> = []
        let page = Terminal.page
        for argument in arguments {
            let word = argument.text(standard: settings.probePort)
            let line = try ControlClient.ask(path, "verdict \(word)")
            guard let report = CachedReport(json: line) else {
                throw ExitError(EX_UNAVAILABLE, ExitError.stranger.sentences)
            }
            try StandardDescriptors.put(json ? TerminalText.json(line) : report.text(on: page))
            actions.insert(report.action ?? .tempfail)
        }
        try Self.end(actions)
    }
}

/// The domains of one `danegate check`.
private struct Batch: Sendable {
    /// At most so many domains are inspected at once.
    private static let concurrency = 16

    let arguments: [DestinationArgument]
    let isJSON: Bool
    let isWhole: Bool
    let days: Int?
    let exemptions: [Exemption]

    /// Checks the domains, and prints a report on each.
    ///
    /// - Returns: The rulings that occurred.
    /// - Throws: If no lookup can work with these settings, or the reports cannot be written.
    func check(
        _ settings: Settings, _ policies: PolicyTable, _ resolver: Resolver
    ) async throws -> Set<Ruling.Action> {
        let progress = CheckProgress(of: arguments.count)
        let drawing = MovingLine.draw { progress.line(after: $0) }
        // Other questions that the way to the DNS must let through are tried only if something fails.
        let health = await resolver.selfTest([.rootKeys])
        if let unusable = health.unusable {
            await drawing?.end()
            throw unusable
        }
        let prober = settings.probe ? Prober(settings.probeConfiguration) : nil
        let checker = Checker(
            settings: settings, policies: policies, exemptions: exemptions, resolver: resolver,
            prober: prober.map { WatchedProbing($0, progress) }, resolverFault: health.fault?.sentence,
            now: unixTime(), days: days)
        let outcome: Result<Set<Ruling.Action>, any Error>
        do { outcome = .success(try await check(with: checker, progress, drawing)) } catch { outcome = .failure(error) }
        await drawing?.end()
        await prober?.shutdown()
        return try outcome.get()
    }

    /// Checks the domains, some at once. It prints the reports in the given order, each as soon as those before it are
    /// printed.
    private func check(
        with checker: Checker, _ progress: CheckProgress, _ drawing: MovingLine?
    ) async throws -> Set<Ruling.Action> {
        let page = Terminal.page
        var actions: Set<Ruling.Action> = []
        var reports: [Int: CheckReport] = [:]
        var begun = 0
        var printed = 0
        try await withThrowingTaskGroup(of: (Int, CheckReport).self) { group in
            while begun < min(arguments.count, Self.concurrency) {
                begin(begun, checker, &group)
                begun += 1
            }
            for try await (index, report) in group {
                if begun < arguments.count {
                    begin(begun, checker, &group)
                    begun += 1
                }
                reports[index] = report
                progress.end()
                while let next = reports.removeValue(forKey: printed) {
                    let text = isJSON ? next.json : next.text(on: page, isWhole: isWhole)
                    // The moving line may be drawn where the report is to be printed.
                    if let drawing {
                        try drawing.hidden { try StandardDescriptors.put(text) }
                    } else {
                        try StandardDescriptors.put(text)
                    }
                    actions.insert(next.action)
                    printed += 1
                }
            }
        }
        return actions
    }

    private func begin(
        _ index: Int, _ checker: Checker, _ group: inout ThrowingTaskGroup<(Int, CheckReport), any Error>
    ) {
        let argument = arguments[index]
        group.addTask { (index, await checker.check(argument)) }
    }
}

extension DestinationArgument {
    /// Returns the destinations of a command's arguments.
    ///
    /// - Throws: A sentence per argument that is no destination.
    static func all(_ texts: [String], _ settings: Settings, names: Names = .qualified) throws -> [DestinationArgument]
    {
        let (arguments, faults) = read(texts, port: settings.probePort, names: names)
        guard faults.isEmpty else { throw ExitError(EX_USAGE, faults) }
        return arguments
    }
}
