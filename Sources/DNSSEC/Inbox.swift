internal import CUnbound
import DANE
import Glibc
import Synchronization

/// What the rest of the program hands to a resolver's thread: a queue, and an eventfd(2) that is readable while it holds
/// something.
final class Inbox: Sendable {
    /// A message to the thread.
    enum Message: Sendable {
        case start(Lookup, CheckedContinuation<Answer<[UInt8]>, Never>)
        case cancel(Lookup)
        /// To forget all that has been asked; the answer says why that could not be done.
        case empty(CheckedContinuation<ResolverError?, Never>)
    }

    private struct State {
        var messages: [Message] = []
        var isClosed = false
        var occupancy = Occupancy()
        /// Whether the thread has gone; what comes now is answered at once.
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

    /// Hands over a lookup. Any thread; never blocks. If the thread has gone, the lookup is answered at once.
    func start(_ lookup: Lookup, _ continuation: CheckedContinuation<Answer<[UInt8]>, Never>) {
        if !put(.start(lookup, continuation)) { continuation.resume(returning: .failed(OwnFailure.stopped)) }
    }

    /// Asks to give up a lookup. Any thread; never blocks.
    func cancel(_ lookup: Lookup) {
        lookup.isCancelled.store(true, ordering: .releasing)
        _ = put(.cancel(lookup))
    }

    /// Has the thread forget all that has been asked.
    func empty(_ continuation: CheckedContinuation<ResolverError?, Never>) {
        if !put(.empty(continuation)) { continuation.resume(returning: ResolverError("the resolver has stopped")) }
    }

    /// How full the resolver was when its thread last said so.
    var occupancy: Occupancy { state.withLock { $0.occupancy } }

    /// Says how full the resolver is. For the thread alone.
    func tell(_ occupancy: Occupancy) { state.withLock { $0.occupancy = occupancy } }

    /// Tells the thread to end.
    func shut() {
        state.withLock { $0.isClosed = true }
        wake()
    }

    /// Takes all that has come. For the thread alone.
    ///
    /// - Returns: The messages in order, and whether to end.
    func take() -> (messages: [Message], isClosed: Bool) {
        var count: UInt64 = 0
        _ = read(descriptor, &count, MemoryLayout<UInt64>.size)
        return state.withLock { state in
            defer { state.messages = [] }
            return (state.messages, state.isClosed)
        }
    }

    /// Says that nobody will take anything any more. For the thread alone, at its end.
    ///
    /// - Returns: What had come in the meantime.
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
        // Later ones find the thread already called.
        if isFirst { wake() }
        return isTaken
    }

    private func wake() {
        var one: UInt64 = 1
        // Fails only if the counter is full: then the thread is called already.
        _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
    }
}
