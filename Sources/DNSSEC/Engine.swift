import DANE
import DequeModule
import Glibc
import Support
import Synchronization

/// The work of a resolver's thread. It alone uses the context, so an answer, a deadline and a cancellation never race:
/// the thread handles them one after the other.
///
/// `ub_cancel` is not used, because it only sets a flag while the network work goes on. If the caller has gone, its
/// lookup keeps its place until libunbound has finished it. So the limit counts what libunbound really works on. The
/// answer is discarded, but it is in the cache for the next caller.
final class Engine {
    private typealias Waiter = CheckedContinuation<Answer<[UInt8]>, Never>

    /// The shortest time between two new contexts if they break.
    private static let rebuildInterval: Duration = .seconds(10)
    /// A lookup that takes longer than this counts as slow: its servers are far away or dead.
    private static let slowness: Duration = .seconds(1)

    private enum Condition {
        case working(Context)
        /// There is no context. The sentence says why. If there is a time, a new context is tried then.
        case down(LookupFailure, retry: ContinuousClock.Instant?)
    }

    private let inbox: Inbox
    private let configuration: ResolverConfiguration
    private let purpose: ContextOptions.Purpose
    private let part: ContextOptions.Part
    /// The account that a context's descriptors come from; nil if they are reserved for it.
    private let account: DescriptorAccount?
    private var condition: Condition
    /// When the context was made.
    var made = ContinuousClock.now
    /// The trust anchors of the context, if another context keeps their file up to date, and when to check for changes.
    private var anchors: (path: String, known: [String], look: ContinuousClock.Instant)?
    /// The callers that have no answer yet.
    private var waiters: [UInt64: (lookup: Lookup, continuation: Waiter)] = [:]
    /// The waiters in the order of their deadlines. That is the order of their arrival, as all lookups have the same
    /// timeout. May contain lookups that have been answered.
    private var deadlines = Deque<(id: UInt64, deadline: ContinuousClock.Instant)>()
    /// Lookups that libunbound has not got yet. May contain some that have been given up.
    private var pending: FairQueue
    /// The zone cuts that answers have shown.
    private var cuts = ZoneCuts()
    /// When the occupancy was last published, and whether the resolver was busy then.
    private var told = (at: ContinuousClock.now, isBusy: false)
    /// What libunbound works on, including lookups that nobody waits for any more.
    private var inFlight: [UInt64: RunningLookup] = [:]
    /// Those that are not known to be slow, in the order of their start. May contain some that have finished.
    private var young = Deque<(id: UInt64, slowAt: ContinuousClock.Instant)>()

    /// Makes an engine and does not start it. If another thread made the context, that thread must not use it any more.
    init(
        inbox: Inbox, context: Context, options: ContextOptions, configuration: ResolverConfiguration,
        purpose: ContextOptions.Purpose, part: ContextOptions.Part = .whole, account: DescriptorAccount? = nil
    ) {
        self.inbox = inbox
        self.account = account
        self.configuration = configuration
        self.purpose = purpose
        self.part = part
        condition = .working(context)
        pending = FairQueue(FairQueue.Limits(inFlight: options.inFlight))
        note(options)
    }

    /// Serves the inbox until it is shut, then answers all that is left and frees the context. Call it with all signals
    /// blocked.
    func run() {
        inbox.tell(Occupancy(limit: pending.limits.inFlight))
        while true {
            wait()
            let (messages, isClosed) = inbox.take()
            if isClosed {
                handle(messages)
                break
            }
            process()
            handle(messages)
            expire(at: .now)
            launch()
            tell(at: .now)
        }
        // No callback runs during this or later, so the lookups can be released.
        condition = .down(.stopped, retry: nil)
        inFlight = [:]
        handle(inbox.abandon())
        failAll(.stopped)
    }

    /// Receives the answer to a lookup. Called within `Context.process`.
    ///
    /// - Parameter cut: The zone that the answer comes from, if it shows that and the queried name does not.
    func finished(_ id: UInt64, _ answer: Answer<[UInt8]>, from cut: String? = nil) {
        if let cut { cuts.note(cut) }
        if let running = inFlight.removeValue(forKey: id) { pending.finished(running.lane, wasSlow: running.isSlow) }
        waiters.removeValue(forKey: id)?.continuation.resume(returning: answer)
    }

    /// Waits until there is a message, an answer or a deadline.
    private func wait() {
        let context = if case .working(let context) = condition { context.descriptor } else { Int32(-1) }
        var descriptors = [
            pollfd(fd: inbox.descriptor, events: Int16(POLLIN), revents: 0),
            // poll(2) ignores a negative descriptor.
            pollfd(fd: context, events: Int16(POLLIN), revents: 0),
        ]
        poll(&descriptors, nfds_t(descriptors.count), timeout)
    }

    /// Milliseconds until the next deadline, rounded up. -1 if there is none.
    private var timeout: Int32 {
        let timeout = timeToDeadline
        // A busy state was published. Wake up in a second at most, so that it does not stay when the resolver is idle.
        return told.isBusy ? min(timeout < 0 ? .max : timeout, 1000) : timeout
    }

    private var timeToDeadline: Int32 {
        while let next = deadlines.first {
            if waiters[next.id] != nil {
                let left = next.deadline - .now
                let milliseconds = left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000
                return Int32(clamping: max(0, milliseconds + 1))
            }
            deadlines.removeFirst()
        }
        return -1
    }

    private func process() {
        // ub_process itself checks whether there is something to read. An unnecessary call costs one system call.
        guard case .working(let context) = condition else { return }
        act(on: context.process())
    }

    private func handle(_ messages: [Inbox.Message]) {
        for message in messages {
            switch message {
            case .start(let lookup, let continuation):
                guard !lookup.isCancelled.load(ordering: .acquiring) else {
                    continuation.resume(returning: .failed(.cancelled))
                    continue
                }
                waiters[lookup.id] = (lookup, continuation)
                deadlines.append((lookup.id, lookup.deadline))
                enqueue(lookup)
            case .cancel(let lookup):
                waiters.removeValue(forKey: lookup.id)?.continuation.resume(returning: .failed(.cancelled))
            case .empty(let continuation):
                continuation.resume(returning: emptyCaches())
            }
        }
    }

    private func enqueue(_ lookup: Lookup) {
        let path = LanePath(of: lookup.name, cut: cuts.deepest(above: lookup.name))
        pending.add(lookup.id, at: path) { waiters[$0] != nil }
    }

    /// Publishes how full the resolver is, at most twice per second.
    private func tell(at now: ContinuousClock.Instant) {
        let isBusy = !inFlight.isEmpty || !waiters.isEmpty
        // At once when it becomes busy and when it becomes idle.
        guard isBusy || told.isBusy, isBusy != told.isBusy || now - told.at >= .milliseconds(500) else { return }
        told = (now, isBusy)
        let foremost = pending.foremost
        inbox.tell(
            Occupancy(
                used: inFlight.count, limit: pending.limits.inFlight,
                waiting: waiters.keys.lazy.count { self.inFlight[$0] == nil },
                foremost: foremost?.domain, foremostCount: foremost?.count ?? 0))
    }

    /// Replaces the context, and so its caches.
    ///
    /// - Returns: Why that failed; nil if it succeeded.
    private func emptyCaches() -> ResolverError? {
        do throws(ResolverError) { try renew() } catch { return error }
        grounded()
        return nil
    }

    private func expire(at now: ContinuousClock.Instant) {
        while let next = deadlines.first, next.deadline <= now || waiters[next.id] == nil {
            deadlines.removeFirst()
            waiters.removeValue(forKey: next.id)?.continuation
                .resume(returning: .failed(LookupFailure("no answer within \(configuration.timeout.inSeconds) s")))
        }
    }

    /// Gives lookups to libunbound as long as the limit allows.
    private func launch() {
        let now = ContinuousClock.now
        while let first = young.first, first.slowAt <= now || inFlight[first.id] == nil {
            young.removeFirst()
            guard let running = inFlight[first.id] else { continue }
            running.isSlow = true
            pending.slowed(running.lane)
        }
        followAnchors(now)
        while inFlight.count < pending.limits.inFlight, let (id, lane) = pending.next(isWanted: { waiters[$0] != nil })
        {
            let running = RunningLookup(id: id, lane: lane, engine: self)
            inFlight[id] = running
            guard let (lookup, _) = waiters[id] else {
                finished(id, .failed(.cancelled))
                continue
            }
            running.wantsSignatures = lookup.wantsSignatures
            revive()
            guard case .working(let context) = condition else {
                if case .down(let reason, _) = condition { finished(id, .failed(reason)) }
                continue
            }
            young.append((id, now + Self.slowness))
            let status = context.resolve(lookup, for: running)
            if case .failed(let reason) = status { finished(id, .failed(reason)) } else { act(on: status) }
        }
    }

    private func act(on status: Context.Status) {
        guard case .working(let context) = condition else { return }
        switch status {
        case .ok, .failed: return
        case .unusable:
            condition = .down(.unusableSettings, retry: nil)
            context.leak()
            grounded()
            failAll(.unusableSettings)
        case .broken:
            // Retry at once, unless the previous context was broken soon after its start, too.
            condition = .down(
                LookupFailure("libunbound's worker does not answer"), retry: made + Self.rebuildInterval)
            context.leak()
            grounded()
        }
    }

    /// Takes back all lookups, because their context is gone. Their callbacks would only run in ub_process, which is
    /// not called for that context any more. At the next `launch`, those that somebody waits for start again or fail
    /// with the reason.
    private func grounded() {
        let all = inFlight.values.sorted { $0.id < $1.id }
        inFlight = [:]
        young = []
        for running in all {
            pending.finished(running.lane, wasSlow: running.isSlow)
            guard let (lookup, _) = waiters[running.id] else { continue }
            enqueue(lookup)
        }
    }

    /// Makes a new context if the old one broke and the retry time has come.
    private func revive() {
        guard case .down(_, let retry?) = condition, retry <= .now else { return }
        do throws(ResolverError) {
            try renew()
        } catch {
            condition = .down(LookupFailure(error.description), retry: .now + Self.rebuildInterval)
        }
    }

    private func renew() throws(ResolverError) {
        let options = try ContextOptions(configuration, for: purpose, part: part)
        condition = .working(try Context(options, account: account))
        made = .now
        note(options)
    }

    private func note(_ options: ContextOptions) {
        anchors = options.followedAnchorPath.map { ($0, options.anchors, .now + configuration.anchorInterval) }
    }

    /// Makes a new context if the trust anchors in the file have changed. Another context keeps that file up to date
    /// (RFC 5011). This one has the anchors from its start, and the root's keys may be replaced while the daemon runs.
    private func followAnchors(_ now: ContinuousClock.Instant) {
        guard let (path, known, look) = anchors, look <= now, case .working = condition else { return }
        anchors?.look = now + configuration.anchorInterval
        // If the file cannot be read now, go on with the known anchors.
        let current = try? SettingsFile(path, purpose: "trust anchor file").anchors
        guard let current, !current.isEmpty, Set(current) != Set(known) else { return }
        do throws(ResolverError) { try renew() } catch { return }
        // The old context has been freed, and its worker with it.
        grounded()
    }

    private func failAll(_ reason: LookupFailure) {
        let all = waiters.values
        waiters = [:]
        for waiter in all { waiter.continuation.resume(returning: .failed(reason)) }
    }
}

extension Duration {
    /// Seconds as people write them: `4`, `0.25`.
    fileprivate var inSeconds: String {
        let seconds = Double(components.seconds) + Double(components.attoseconds) / 1e18
        return seconds == seconds.rounded() ? "\(components.seconds)" : "\(seconds)"
    }
}
