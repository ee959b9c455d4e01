import DequeModule
import Glibc
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

    private enum Condition {
        case working(Context)
        /// Nothing to ask. The sentence says why; with a date, a new context is tried then.
        case down(String, retry: ContinuousClock.Instant?)
    }

    private let inbox: Inbox
    private let configuration: ResolverConfiguration
    private let purpose: ContextOptions.Purpose
    private var condition: Condition
    /// The askers not yet answered.
    private var waiters: [UInt64: (lookup: Lookup, continuation: Waiter)] = [:]
    /// Those waiters in the order of their deadlines, which is that of their arrival (all lookups are given the same time), and
    /// some that have been answered.
    private var deadlines = Deque<(id: UInt64, deadline: ContinuousClock.Instant)>()
    /// Lookups not yet handed to libunbound, and some that have been given up.
    private var pending = Deque<UInt64>()
    /// What libunbound is working on, waited for or not.
    private var flights: [UInt64: Flight] = [:]

    /// An engine that has not started. The context may have been made on another thread, which must not use it any more.
    init(
        inbox: Inbox, context: Context, configuration: ResolverConfiguration, purpose: ContextOptions.Purpose
    ) {
        self.inbox = inbox
        self.configuration = configuration
        self.purpose = purpose
        condition = .working(context)
    }

    /// Serves the inbox until it is shut, then answers whatever is left and frees the context. All signals must be blocked.
    func run() {
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
        }
        // No callback runs during or after this, so the flights can go.
        condition = .down("the resolver has stopped", retry: nil)
        flights = [:]
        handle(inbox.abandon())
        failAll("the resolver has stopped")
    }

    /// The answer to a lookup has come. Called within `Context.process`.
    func landed(_ id: UInt64, _ answer: Answer<[UInt8]>) {
        flights[id] = nil
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
                    continuation.resume(returning: .failed("cancelled"))
                    continue
                }
                waiters[lookup.id] = (lookup, continuation)
                deadlines.append((lookup.id, lookup.deadline))
                pending.append(lookup.id)
            case .cancel(let lookup):
                waiters.removeValue(forKey: lookup.id)?.continuation.resume(returning: .failed("cancelled"))
            }
        }
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
        while flights.count < configuration.concurrency, let id = pending.popFirst() {
            guard let (lookup, _) = waiters[id] else { continue }
            revive()
            guard case .working(let context) = condition else {
                if case .down(let reason, _) = condition { landed(id, .failed(reason)) }
                continue
            }
            let flight = Flight(id: id, engine: self)
            flights[id] = flight
            let status = context.resolve(lookup, for: flight)
            if status != .ok { flights[id] = nil }
            if case .failed(let reason) = status { landed(id, .failed(reason)) } else { act(on: status) }
        }
    }

    private func act(on status: Context.Status) {
        guard case .working(let context) = condition else { return }
        switch status {
        case .ok, .failed: return
        case .unusable(let reason): condition = .down(reason, retry: nil)
        case .broken:
            condition = .down("libunbound's worker does not answer", retry: .now + Self.rebuildInterval)
        }
        context.leak()
        // Its callbacks run in ub_process alone, which is not called on it again.
        flights = [:]
        if case .down(let reason, _) = condition { failAll(reason) }
    }

    /// Makes a new context if the old one broke and some time has passed.
    private func revive() {
        guard case .down(_, let retry?) = condition, retry <= .now else { return }
        do throws(ResolverError) {
            condition = .working(try Context(ContextOptions(configuration, for: purpose)))
        } catch {
            condition = .down(error.description, retry: .now + Self.rebuildInterval)
        }
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
