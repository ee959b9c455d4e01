import DANE
import DequeModule
import Glibc
import Support
import Synchronization

/// The work of a resolver's thread: it alone touches the context, so that every race between an answer, a deadline and a
/// cancellation is settled by order.
///
/// `ub_cancel` is not used: it only sets a flag while the network work goes on (libs.md A4). A lookup whose asker has gone
/// keeps its place until libunbound is through with it, so that the limit counts what libunbound really works on; its answer
/// is thrown away, but has filled the cache for the next.
final class Engine {
    private typealias Waiter = CheckedContinuation<Answer<[UInt8]>, Never>

    /// A broken context is replaced at most this often.
    private static let rebuildInterval: Duration = .seconds(10)
    /// A lookup that takes longer than this is slow: its servers are far, or dead.
    private static let slowness: Duration = .seconds(1)

    private enum Condition {
        case working(Context)
        /// Nothing to ask. The sentence says why; with a date, a new context is tried then.
        case down(String, retry: ContinuousClock.Instant?)
    }

    private let inbox: Inbox
    private let configuration: ResolverConfiguration
    private let purpose: ContextOptions.Purpose
    private let part: ContextOptions.Part
    /// What a context takes its descriptors from; nil if they are its own.
    private let account: DescriptorAccount?
    private var condition: Condition
    /// When the context was made.
    var made = ContinuousClock.now
    /// The trust anchors of the context, where another one keeps their file, and when to look whether they have changed.
    private var anchors: (path: String, known: [String], look: ContinuousClock.Instant)?
    /// The askers not yet answered.
    private var waiters: [UInt64: (lookup: Lookup, continuation: Waiter)] = [:]
    /// Those waiters in the order of their deadlines, which is that of their arrival (all lookups are given the same time), and
    /// some that have been answered.
    private var deadlines = Deque<(id: UInt64, deadline: ContinuousClock.Instant)>()
    /// Lookups not yet handed to libunbound, and some that have been given up.
    private var pending: FairQueue
    /// The zone cuts that answers have shown.
    private var cuts = ZoneCuts()
    /// When it was last told how full the resolver is, and whether there was anything to tell.
    private var told = (at: ContinuousClock.now, isBusy: false)
    /// What libunbound is working on, waited for or not.
    private var flights: [UInt64: Flight] = [:]
    /// The flights not known to be slow, in the order in which they began, and some that have landed.
    private var young = Deque<(id: UInt64, slowAt: ContinuousClock.Instant)>()

    /// An engine that has not started. The context may have been made on another thread, which must not use it any more.
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
        pending = FairQueue(FairQueue.Limits(flights: options.flights))
        note(options)
    }

    /// Serves the inbox until it is shut, then answers whatever is left and frees the context. All signals must be blocked.
    func run() {
        inbox.tell(Occupancy(limit: pending.limits.flights))
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
        // No callback runs during or after this, so the flights can go.
        condition = .down("the resolver has stopped", retry: nil)
        flights = [:]
        handle(inbox.abandon())
        failAll("the resolver has stopped")
    }

    /// The answer to a lookup has come. Called within `Context.process`.
    ///
    /// - Parameter cut: The zone that it comes from, where it says so and the name does not.
    func landed(_ id: UInt64, _ answer: Answer<[UInt8]>, from cut: String? = nil) {
        if let cut { cuts.note(cut) }
        if let flight = flights.removeValue(forKey: id) { pending.landed(flight.lane, wasSlow: flight.isSlow) }
        waiters.removeValue(forKey: id)?.continuation.resume(returning: answer)
    }

    /// Sleeps until there is a message, an answer or a deadline.
    private func wait() {
        let context = if case .working(let context) = condition { context.descriptor } else { Int32(-1) }
        var descriptors = [
            pollfd(fd: inbox.descriptor, events: Int16(POLLIN), revents: 0),
            // poll(2) passes over a negative descriptor.
            pollfd(fd: context, events: Int16(POLLIN), revents: 0),
        ]
        poll(&descriptors, nfds_t(descriptors.count), timeout)
    }

    /// Milliseconds to the next deadline, rounded up; -1 if there is none.
    private var timeout: Int32 {
        let timeout = timeToDeadline
        // What was told while there was something to tell is not to stay.
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
        // ub_process looks for itself whether there is something; a call too many costs one system call.
        guard case .working(let context) = condition else { return }
        act(on: context.process())
    }

    private func handle(_ messages: [Inbox.Message]) {
        for message in messages {
            switch message {
            case .start(let lookup, let continuation):
                guard !lookup.isCancelled.load(ordering: .acquiring) else {
                    continuation.resume(returning: .failed(OwnFailure.cancelled))
                    continue
                }
                waiters[lookup.id] = (lookup, continuation)
                deadlines.append((lookup.id, lookup.deadline))
                enqueue(lookup)
            case .cancel(let lookup):
                waiters.removeValue(forKey: lookup.id)?.continuation.resume(returning: .failed(OwnFailure.cancelled))
            case .empty(let continuation):
                continuation.resume(returning: emptyCaches())
            }
        }
    }

    private func enqueue(_ lookup: Lookup) {
        let path = LanePath(of: lookup.name, cut: cuts.deepest(above: lookup.name))
        pending.add(lookup.id, at: path) { waiters[$0] != nil }
    }

    /// Tells how full the resolver is, twice a second at most.
    private func tell(at now: ContinuousClock.Instant) {
        let isBusy = !flights.isEmpty || !waiters.isEmpty
        // At once when that begins and when it ends.
        guard isBusy || told.isBusy, isBusy != told.isBusy || now - told.at >= .milliseconds(500) else { return }
        told = (now, isBusy)
        let foremost = pending.foremost
        inbox.tell(
            Occupancy(
                used: flights.count, limit: pending.limits.flights,
                waiting: waiters.keys.lazy.count { self.flights[$0] == nil },
                foremost: foremost?.domain, foremostCount: foremost?.count ?? 0))
    }

    /// Puts a new context in the place of the old one, which may have been asked anything.
    ///
    /// - Returns: Why there is none; nil if there is.
    private func emptyCaches() -> ResolverError? {
        do throws(ResolverError) { try renew() } catch { return error }
        grounded()
        return nil
    }

    private func expire(at now: ContinuousClock.Instant) {
        while let next = deadlines.first, next.deadline <= now || waiters[next.id] == nil {
            deadlines.removeFirst()
            waiters.removeValue(forKey: next.id)?.continuation
                .resume(returning: .failed("no answer within \(configuration.timeout.inSeconds) s"))
        }
    }

    /// Hands lookups to libunbound while it has room for them.
    private func launch() {
        let now = ContinuousClock.now
        while let first = young.first, first.slowAt <= now || flights[first.id] == nil {
            young.removeFirst()
            guard let flight = flights[first.id] else { continue }
            flight.isSlow = true
            pending.slowed(flight.lane)
        }
        followAnchors(now)
        while flights.count < pending.limits.flights, let (id, lane) = pending.next(isWanted: { waiters[$0] != nil }) {
            let flight = Flight(id: id, lane: lane, engine: self)
            flights[id] = flight
            guard let (lookup, _) = waiters[id] else {
                landed(id, .failed(OwnFailure.cancelled))
                continue
            }
            flight.wantsSignatures = lookup.wantsSignatures
            revive()
            guard case .working(let context) = condition else {
                if case .down(let reason, _) = condition { landed(id, .failed(reason)) }
                continue
            }
            young.append((id, now + Self.slowness))
            let status = context.resolve(lookup, for: flight)
            if case .failed(let reason) = status { landed(id, .failed(reason)) } else { act(on: status) }
        }
    }

    private func act(on status: Context.Status) {
        guard case .working(let context) = condition else { return }
        switch status {
        case .ok, .failed: return
        case .unusable(let reason):
            condition = .down(reason, retry: nil)
            context.leak()
            grounded()
            failAll(reason)
        case .broken:
            // At once, unless the one before it was broken soon, too.
            condition = .down("libunbound's worker does not answer", retry: made + Self.rebuildInterval)
            context.leak()
            grounded()
        }
    }

    /// Takes all flights back: their context is gone. Its callbacks run in ub_process alone, which is not called on it again.
    /// Those that somebody waits for go again, or are told why not, at the next `launch`.
    private func grounded() {
        let all = flights.values.sorted { $0.id < $1.id }
        flights = [:]
        young = []
        for flight in all {
            pending.landed(flight.lane, wasSlow: flight.isSlow)
            guard let (lookup, _) = waiters[flight.id] else { continue }
            enqueue(lookup)
        }
    }

    /// Makes a new context if the old one broke and some time has passed.
    private func revive() {
        guard case .down(_, let retry?) = condition, retry <= .now else { return }
        do throws(ResolverError) {
            try renew()
        } catch {
            condition = .down(error.description, retry: .now + Self.rebuildInterval)
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

    /// Makes a new context where the trust anchors that another one keeps up to date have changed (RFC 5011): this one has those of
    /// the time when it was made, and the root's keys may be replaced during the life of a daemon.
    private func followAnchors(_ now: ContinuousClock.Instant) {
        guard let (path, known, look) = anchors, look <= now, case .working = condition else { return }
        anchors?.look = now + configuration.anchorInterval
        // A file that cannot be read now is no reason to stop.
        let current = try? SettingsFile(path, purpose: "trust anchor file").anchors
        guard let current, !current.isEmpty, Set(current) != Set(known) else { return }
        do throws(ResolverError) { try renew() } catch { return }
        // The old context has been freed, which ends its worker.
        grounded()
    }

    private func failAll(_ reason: String) {
        let all = waiters.values
        waiters = [:]
        for waiter in all { waiter.continuation.resume(returning: .failed(reason)) }
    }
}

extension Duration {
    /// Seconds as a person writes them: `4`, `0.25`.
    fileprivate var inSeconds: String {
        let seconds = Double(components.seconds) + Double(components.attoseconds) / 1e18
        return seconds == seconds.rounded() ? "\(components.seconds)" : "\(seconds)"
    }
}
