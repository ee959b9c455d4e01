internal import CUnbound
import DANE
import Glibc
import Synchronization

/// The queue through which the rest of the program talks to a resolver's thread, with an eventfd(2) that is readable
/// while the queue is not empty.
final class Inbox: Sendable {
    /// A message to the thread.
    enum Message: Sendable {
        case start(Lookup, CheckedContinuation<Answer<[UInt8]>, Never>)
        case cancel(Lookup)
        /// A request to empty the caches. The result says why that failed; nil if it succeeded.
        case empty(CheckedContinuation<ResolverError?, Never>)
    }

    private struct State {
        var messages: [Message] = []
        var isClosed = false
        var occupancy = Occupancy()
        /// Whether the thread has ended. From then on, requests are answered at once.
        var isAbandoned = false
    }

    private let state = Mutex(State())

    /// The descriptor to poll for reading.
    let descriptor: Int32

    /// An open inbox.
    init() throws(ResolverError) {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard descriptor >= 0 else {
            throw ResolverError("no eventfd for the resolver: \(String(cString: strerror(errno)))")
        }
    }

    deinit { close(descriptor) }

    /// Hands over a lookup. Any thread may call it; it never blocks. If the resolver's thread has ended, it fails the
    /// lookup.
    func start(_ lookup: Lookup, _ continuation: CheckedContinuation<Answer<[UInt8]>, Never>) {
        if !put(.start(lookup, continuation)) { continuation.resume(returning: .failed(.stopped)) }
    }

    /// Asks the thread to give up a lookup. Any thread may call it; it never blocks.
    func cancel(_ lookup: Lookup) {
        lookup.isCancelled.store(true, ordering: .releasing)
        _ = put(.cancel(lookup))
    }

    /// Asks the thread to empty its caches. Any thread may call it; it never blocks.
    func empty(_ continuation: CheckedContinuation<ResolverError?, Never>) {
        if !put(.empty(continuation)) { continuation.resume(returning: ResolverError("the resolver has stopped")) }
    }

    /// How full the resolver was when its thread last published it.
    var occupancy: Occupancy { state.withLock { $0.occupancy } }

    /// Publishes how full the resolver is. Only for the resolver's thread.
    func tell(_ occupancy: Occupancy) { state.withLock { $0.occupancy = occupancy } }

    /// Tells the thread to end.
    func shut() {
        state.withLock { $0.isClosed = true }
        wake()
    }

    /// Takes all messages. Only for the resolver's thread.
    ///
    /// - Returns: The messages in order, and whether the thread is to end.
    func take() -> (messages: [Message], isClosed: Bool) {
        var count: UInt64 = 0
        _ = read(descriptor, &count, MemoryLayout<UInt64>.size)
        return state.withLock { state in
            defer { state.messages = [] }
            return (state.messages, state.isClosed)
        }
    }

    /// Says that no messages will be taken any more. Only for the resolver's thread, at its end.
    ///
    /// - Returns: The messages that have arrived since the last `take`.
    func abandon() -> [Message] {
        state.withLock { state in
            state.isAbandoned = true
            defer { state.messages = [] }
            return state.messages
        }
    }

    private func put(_ message: Message) -> Bool {
        let (isTaken, isFirst) = state.withLock { state in
            guard !state.isAbandoned else { return (false, false) }
            state.messages.append(message)
            return (true, state.messages.count == 1)
        }
        // If others are in the queue already, the thread has been woken.
        if isFirst { wake() }
        return isTaken
    }

    private func wake() {
        var one: UInt64 = 1
        // This fails only if the counter is full, and then the thread has been woken already.
        _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
    }
}
