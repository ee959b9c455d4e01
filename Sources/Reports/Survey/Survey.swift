import DNSSEC
import Glibc
import Milter
public import Policy
import Probe
import Support
import Synchronization

/// `danegate survey`: it judges the destinations of a list or a mail log with the daemon's own inspection, settings and
/// policies.
public struct Survey: Sendable {
    /// The form of the summary.
    public enum SummaryForm: String, Sendable, CaseIterable {
        case text, json, none
    }

    /// The wishes of the user.
    public struct Request: Sendable {
        /// The files to read, in this order; `-` means standard input.
        public var inputs: [String]
        /// The file for the results; nil for standard output.
        public var output: String?
        /// Whether to continue that file.
        public var resumes = false
        /// The form of the results.
        public var format = SurveyFormat.jsonl
        /// Whether to write how long each inspection took.
        public var hasTimes = false
        /// The number of inspections at once. The limit of descriptors may lower it.
        public var concurrency = 1000
        /// The seconds after which a doubtful destination is judged again.
        public var retryAfter = 15
        /// The form of the summary.
        public var summary = SummaryForm.text
        /// Whether the recipient's domain or the relay is judged for mail that went by a relay; nil for what the
        /// settings say.
        public var route: Settings.RouteSource?

        /// Makes a request to survey files.
        public init(inputs: [String]) { self.inputs = inputs }
    }

    private let request: Request
    private let settings: Settings

    /// Makes a survey.
    public init(_ request: Request, settings: Settings) {
        self.request = request
        var settings = settings
        if let route = request.route { settings.route = route }
        self.settings = settings
    }

    /// Surveys. It blocks the calling thread, which must be the main thread of a process that has no others.
    ///
    /// - Throws: Why it ended early, with the exit status.
    public func run() throws(SurveyError) {
        let mailbox: SignalMailbox
        do throws(MilterError) { mailbox = try SignalMailbox.install() } catch {
            throw SurveyError(EX_OSERR, error.description)
        }
        let ended = Signal()
        let ending = Ending(ended, mailbox)
        let work = Task {
            let result: Result<Void, SurveyError>
            do throws(SurveyError) { result = .success(try await survey()) } catch { result = .failure(error) }
            ending.come(result)
        }
        while true {
            for signal in mailbox.wait() {
                if let result = ending.result { return try result.get() }
                let (name, status): (String, Int32) =
                    switch signal {
                    case .user1: ("", 0)
                    case .interrupt: ("SIGINT", 128 + SIGINT)
                    case .terminate: ("SIGTERM", 128 + SIGTERM)
                    case .hangup: ("SIGHUP", 128 + SIGHUP)
                    }
                guard status != 0 else { continue }
                work.cancel()
                // Finished results have been written. Probes under way end at once. The time limit is for a pipe that
                // nobody reads.
                _ = ended.wait(until: .now + .seconds(2))
                if let result = ending.result, case .success = result { return }
                throw SurveyError(status, "stopped by \(name); \(advice)")
            }
        }
    }

    /// Brings the result back to the main thread.
    private final class Ending: Sendable {
        private let outcome = Mutex<Result<Void, SurveyError>?>(nil)
        private let ended: Signal
        private let mailbox: SignalMailbox

        init(_ ended: Signal, _ mailbox: SignalMailbox) {
            self.ended = ended
            self.mailbox = mailbox
        }

        var result: Result<Void, SurveyError>? { outcome.withLock { $0 } }

        func come(_ result: Result<Void, SurveyError>) {
            outcome.withLock { $0 = result }
            ended.signal()
            mailbox.post(.user1)
        }
    }

    private var advice: String {
        request.output.map { "what is finished is in \($0): go on with --output \($0) --resume." }
            ?? "to be able to go on, write to a file: --output FILE."
    }

    private func survey() async throws(SurveyError) {
        Descriptors.raiseLimit()
        Resolver.shareHeap()
        let policies: PolicyBook
        do throws(PolicyError) { policies = try PolicyBook(settings) } catch {
            throw SurveyError(EX_CONFIG, error.sentences)
        }
        for sentence in policies.faults { WholeText.put("danegate: \(sentence)\n", STDERR_FILENO) }
        let input = try await read()
        guard !Task.isCancelled else { throw SurveyError(EX_TEMPFAIL, "stopped.") }
        tell(input)
        let destinations = input.destinations
        guard destinations.count > 0 else {
            let notes = SurveyNotes.lines(input.counts).map { "\($0)." }
            throw SurveyError(EX_DATAERR, ["\(inputName): there is no destination in it."] + notes)
        }
        let output: SurveyOutput
        var tally = SurveyTally()
        var start = 0
        if let path = request.output {
            output = try .file(path, request.format, hasTimes: request.hasTimes, resumes: request.resumes)
            if request.resumes { start = try output.resume(of: destinations) { tally.add($0) } }
        } else {
            output = .standard(request.format, hasTimes: request.hasTimes)
        }
        let begun = ContinuousClock.now
        if start < destinations.count {
            try await judge(input, from: start, by: policies.table, into: output, counting: &tally)
        }
        guard !Task.isCancelled else { throw SurveyError(EX_TEMPFAIL, "stopped.") }
        try output.finish()
        let summary = SurveySummary(
            tally: tally, counts: input.counts, forgottenRelays: input.relays.forgotten,
            sourceSettings: SurveyNotes.sourceSettings(settings), judged: tally.all.destinations - start,
            elapsed: .now - begun)
        switch request.summary {
        case .text: WholeText.put(summary.text, STDERR_FILENO)
        case .json: WholeText.put(summary.json, STDERR_FILENO)
        case .none: break
        }
    }

    private var files: [SurveyFile] { request.inputs.map { SurveyFile(path: $0) } }
    private var inputName: String { files.map { LogLine.escaped($0.name) }.joined(separator: ", ") }

    private func read() async throws(SurveyError) -> SurveyInput {
        var input = SurveyInput(SurveyScope(settings))
        for file in files {
            do {
                try await file.read { (bytes) throws(SurveyError) in
                    do throws(DestinationListError) { try input.read(bytes) } catch { throw full(file) }
                }
                try input.endFile()
            } catch let error as SurveyError { throw error } catch { throw full(file) }
        }
        return input
    }

    private func full(_ file: SurveyFile) -> SurveyError {
        SurveyError(
            EX_DATAERR,
            "\(LogLine.escaped(file.name)): it has more than \(DestinationList.limit) destinations"
                + (request.inputs.count > 1 ? " with the files before it" : "") + ": divide it, and survey the parts.")
    }

    /// Lists the lines that could not be read.
    private func tell(_ input: SurveyInput) {
        guard input.counts.junk > 0 else { return }
        var text = ""
        for junk in input.junk {
            text += "danegate: \(LogLine.escaped(files[junk.file].name)):\(junk.line): \(junk.reason): \(junk.text)\n"
        }
        let more = input.counts.junk - input.junk.count
        if more > 0 { text += "danegate: \(inputName): and \(more) more lines that were passed over\n" }
        WholeText.put(text, STDERR_FILENO)
    }

    private func judge(
        _ input: SurveyInput, from start: Int, by policies: PolicyTable, into output: SurveyOutput,
        counting tally: inout SurveyTally
    ) async throws(SurveyError) {
        let destinations = input.destinations
        let resolver: Resolver
        do throws(ResolverError) {
            resolver = try Resolver(settings.resolverConfiguration(TrustAnchor.forAsking(settings).anchor))
        } catch {
            throw SurveyError(EX_CONFIG, "\(error.description)")
        }
        // It tries twice, because the first packet may be lost.
        if try await fault(resolver) != nil, let fault = try await fault(resolver) {
            throw SurveyError(EX_UNAVAILABLE, "the survey cannot begin, the resolver does not work: \(fault).")
        }
        let prober = settings.probe ? Prober(settings.probeConfiguration) : nil
        let progress = SurveyProgress()
        let refused = tally.refused
        progress.update {
            $0.done = start
            $0.total = destinations.count
            $0.refused = refused
        }
        let drawing = isDrawn ? Task { await progress.draw() } : nil
        let surveyor = Surveyor(
            settings: settings, policies: policies, resolver: resolver, prober: prober,
            destinations: input.relays.hosts.isEmpty ? nil : (destinations, input.relays), now: unixTime)
        let hasTimes = request.hasTimes
        let run = SurveyRun(
            destinations: destinations, concurrency: concurrency, retryAfter: .seconds(request.retryAfter),
            judge: { index, isAgain in
                await surveyor.judge(
                    destinations[index], recipients: destinations.recipients(of: index), place: index,
                    isAgain: isAgain, hasTimes: hasTimes)
            },
            isDoubt: surveyor.isDoubt,
            trouble: { await resolver.selfTest().fault?.sentence },
            progress: progress,
            waits: { [isTold = request.summary == .text && drawing == nil] doubts, left in
                // The moving line of a terminal tells it too.
                guard isTold else { return }
                WholeText.put("\(SurveyProgress.Snapshot.wait(doubts, left))\n", STDERR_FILENO)
            })
        let failure: SurveyError?
        do throws(SurveyError) {
            try await run.run(from: start) { results throws(SurveyError) in
                try output.write(results)
                for result in results { tally.add(result) }
            }
            failure = nil
        } catch {
            failure = error
        }
        drawing?.cancel()
        await drawing?.value
        // GnuTLS is shut down when the process exits. No handshake may be under way then.
        await prober?.shutdown()
        if let failure {
            throw failure.status == EX_TEMPFAIL ? SurveyError(EX_TEMPFAIL, failure.sentences + [advice]) : failure
        }
    }

    private func fault(_ resolver: Resolver) async throws(SurveyError) -> String? {
        let health = await resolver.selfTest()
        if let unusable = health.unusable { throw SurveyError(EX_CONFIG, unusable.description) }
        return health.fault?.sentence
    }

    /// The number of inspections at once: as many as the user asked for, if there are descriptors for them. A lookup
    /// needs two, and a probe one.
    private var concurrency: Int { max(1, min(request.concurrency, max(16, (DescriptorLimit.current - 256) / 4))) }

    /// Whether the progress is drawn. If the results go to the same terminal, it would overwrite them.
    private var isDrawn: Bool { isatty(STDERR_FILENO) == 1 && (request.output != nil || isatty(STDOUT_FILENO) == 0) }
}
