import DANE
import Glibc
import Synchronization

/// The connections of MTAs, from accept(2) on: how many there are, which have said nothing yet, and which gives way.
///
/// libmilter tells of a connection when its MTA negotiates, and not before: a connection that says nothing costs a
/// descriptor for two hours. Any local user can make such connections; without a bound they take all descriptors of
/// the process, and libraries that get none when they must have one end it.
///
/// Where there are too many, who has most loses first: one user or machine does not shut out the others.
final class Connections: Sendable {
    private struct Entry {
        let descriptor: Int32
        /// What tells the socket from a later one of the same descriptor (`st_ino`).
        let node: UInt64
        let activity: ConnectionActivity
        /// Nil while there are so few that nobody asks.
        var peer: ConnectionPeer?
        /// Whether it has been ended, and libmilter has not closed it yet.
        var isEnded = false
    }

    private struct State {
        var entries: [UInt64: Entry] = [:]
        /// The entry of each descriptor.
        var numbers: [Int32: UInt64] = [:]
        var lastNumber: UInt64 = 0
        /// The connections by peer, once there are many.
        var queues: [ConnectionPeer: (queue: ConnectionQueue, count: Int)] = [:]
        /// The connections that came while there were so few that nobody asked whose they are.
        var unsorted: [UInt64] = []
        /// How many have been ended, and are not closed yet.
        var ending = 0
        var counts = ConnectionCounts()
        /// The descriptor that libmilter listens on.
        var listener: Int32?
    }

    private let limits: ConnectionLimits
    private let socket: MilterSocket
    private let state = Mutex(State())

    /// - Parameter socket: Where libmilter listens.
    init(_ limits: ConnectionLimits, of socket: MilterSocket) {
        self.limits = limits
        self.socket = socket
    }

    /// What has become of them.
    var counts: ConnectionCounts {
        state.withLock { state in
            var counts = state.counts
            counts.open = state.entries.count
            return counts
        }
    }

    /// How many there are, and who has most of them, where there are so many that it is known.
    var occupancy: Occupancy {
        state.withLock { state in
            let foremost = state.queues.max { $0.value.count < $1.value.count }
            return Occupancy(
                used: state.entries.count, limit: limits.connections, foremost: foremost?.key.description,
                foremostCount: foremost?.value.count ?? 0)
        }
    }

    // MARK: At accept(2)

    /// Whether a descriptor is the one that libmilter listens on. It has one.
    func listens(on descriptor: Int32) -> Bool {
        state.withLock { state in
            if state.listener == nil, SocketClaim.isBound(descriptor, to: socket) { state.listener = descriptor }
            return state.listener == descriptor
        }
    }

    /// Takes a new connection; where there are too many, another one gives way.
    ///
    /// - Returns: false if it is to be closed.
    func admit(_ descriptor: Int32) -> Bool {
        guard let node = Self.node(descriptor) else { return true }
        return state.withLock { state in
            // libmilter has closed the one before.
            if let old = state.numbers[descriptor] { Self.forget(old, &state) }
            // `WorkerRelief` connects so, and hangs up at once.
            guard !SocketOwner.isOwn(descriptor) else { return true }
            var isExcess = false
            // Nobody gives way to who is gone already.
            if state.entries.count - state.ending >= limits.connections, !Self.hasHungUp(descriptor) {
                if !Self.displace(&state) {
                    // Nobody is turned away for connections that libmilter has closed unseen, whosever they were.
                    Self.forgetClosed(&state, isQuick: true)
                    isExcess =
                        state.entries.count - state.ending >= limits.connections
                        && !Self.hasFew(SocketOwner.peer(of: descriptor), state)
                }
                if isExcess { state.counts.rejected += 1 }
            }
            guard state.entries.count < limits.connections + limits.slack else {
                if !isExcess { state.counts.rejected += 1 }
                return false
            }
            state.lastNumber += 1
            let activity = ConnectionActivity(isExcess: isExcess)
            state.entries[state.lastNumber] = Entry(descriptor: descriptor, node: node, activity: activity)
            state.numbers[descriptor] = state.lastNumber
            state.unsorted.append(state.lastNumber)
            if state.entries.count > limits.connections / 2 { Self.sort(&state) }
            return true
        }
    }

    /// Waits for libmilter to close connections that have been ended, where there is no room for another: a new one that
    /// would be closed at once may be an MTA's. Others wait in the backlog meanwhile, for two seconds at most.
    func waitForRoom() {
        for round in 1...1000 {
            let isFull = state.withLock { state in
                guard state.entries.count >= limits.connections + limits.slack else { return false }
                // One has to end before the next one comes, which would be turned away in its place.
                guard state.ending > 0 || Self.displace(&state) else { return false }
                // Those that libmilter closes unseen.
                if round % 10 == 0 { Self.forgetClosed(&state) }
                return true
            }
            guard isFull else { return }
            usleep(2000)
        }
    }

    /// Waits a moment where accept(2) found no descriptor.
    func waitForDescriptors() { usleep(20_000) }

    // MARK: Of a session

    /// The connection of a session; nil if it is not known, and then it is never ended.
    func activity(of descriptor: Int32) -> ConnectionActivity? {
        state.withLock { state in
            guard let number = state.numbers[descriptor], let entry = state.entries[number],
                Self.node(descriptor) == entry.node
            else { return nil }
            return entry.activity
        }
    }

    /// Notes that libmilter is about to close a connection.
    func closes(_ descriptor: Int32, _ activity: ConnectionActivity?) {
        state.withLock { state in
            guard let number = state.numbers[descriptor], let entry = state.entries[number],
                activity == nil || entry.activity === activity
            else { return }
            Self.forget(number, &state)
        }
    }

    // MARK: Now and then

    /// Ends the connections that should have negotiated by now, and forgets those that libmilter has closed unseen.
    ///
    /// - Returns: How many it ended.
    func endSilent() -> Int {
        let latest = ConnectionActivity.now - limits.silence.wholeMilliseconds
        return state.withLock { state in
            Self.forgetClosed(&state)
            state.unsorted.removeAll { state.entries[$0] == nil }
            for peer in Array(state.queues.keys) {
                guard var known = state.queues.removeValue(forKey: peer) else { continue }
                known.queue.tidy { state.entries[$0].map(\.isEnded) ?? true }
                state.queues[peer] = known
            }
            let silent = state.entries.filter { _, entry in
                !entry.isEnded && !entry.activity.hasNegotiated && !entry.activity.isBusy
                    && entry.activity.lastHeard <= latest
            }
            let ended = silent.keys.count { Self.end($0, &state) == .ended }
            state.counts.silent += ended
            return ended
        }
    }

    // MARK: Under the lock

    /// Makes room: has the one that gives way end.
    ///
    /// - Returns: Whether there is room now.
    private static func displace(_ state: inout State) -> Bool {
        sort(&state)
        guard let peer = state.queues.max(by: { $0.value.count < $1.value.count })?.key else { return false }
        while let number = next(of: peer, &state) {
            switch end(number, &state) {
            case .ended:
                state.counts.displaced += 1
                return true
            // One that libmilter had closed unseen: nobody has to give way.
            case .closed: return true
            case .failed: continue
            }
        }
        return false
    }

    /// Whether a peer has fewer connections than whoever has most: it does not pay for those of that one that are busy.
    private static func hasFew(_ peer: ConnectionPeer, _ state: State) -> Bool {
        let most = state.queues.values.map(\.count).max() ?? 0
        return (state.queues[peer]?.count ?? 0) + 1 < most
    }

    private static func next(of peer: ConnectionPeer, _ state: inout State) -> UInt64? {
        guard var known = state.queues.removeValue(forKey: peer) else { return nil }
        defer { state.queues[peer] = known }
        return known.queue.next { standing($0, state) }
    }

    private static func standing(_ number: UInt64, _ state: State) -> ConnectionQueue.Standing {
        guard let entry = state.entries[number], !entry.isEnded else { return .gone }
        guard !entry.activity.isBusy else { return .busy }
        return .idle(since: entry.activity.lastHeard, hasNegotiated: entry.activity.hasNegotiated)
    }

    /// Finds out whose the connections are that came while there were few.
    private static func sort(_ state: inout State) {
        defer { state.unsorted = [] }
        for number in state.unsorted {
            guard let entry = state.entries[number] else { continue }
            let peer = SocketOwner.peer(of: entry.descriptor)
            state.entries[number]?.peer = peer
            var known = state.queues[peer] ?? (ConnectionQueue(), 0)
            known.queue.add(number, heard: entry.activity.lastHeard)
            known.count += 1
            state.queues[peer] = known
        }
    }

    /// What became of a connection that was to end.
    private enum End {
        /// libmilter reads its end, and closes it.
        case ended
        /// libmilter has closed it already.
        case closed
        /// It goes on.
        case failed
    }

    /// Ends a connection.
    ///
    /// On a copy of the descriptor: libmilter may close it at this moment, and the number be another socket's.
    private static func end(_ number: UInt64, _ state: inout State) -> End {
        guard let entry = state.entries[number], !entry.isEnded else { return .failed }
        let copy = fcntl(entry.descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 || errno == EBADF else { return .failed }
        defer { if copy >= 0 { close(copy) } }
        guard copy >= 0, node(copy) == entry.node else {
            forget(number, &state)
            return .closed
        }
        state.entries[number]?.isEnded = true
        state.ending += 1
        return shutdown(copy, Int32(SHUT_RDWR)) == 0 ? .ended : .failed
    }

    /// Forgets what libmilter has closed unseen.
    ///
    /// - Parameter isQuick: Whether to look at those alone that have not negotiated: of the others it tells.
    private static func forgetClosed(_ state: inout State, isQuick: Bool = false) {
        for (number, entry) in state.entries
        where !(isQuick && entry.activity.hasNegotiated) && node(entry.descriptor) != entry.node {
            forget(number, &state)
        }
    }

    private static func forget(_ number: UInt64, _ state: inout State) {
        guard let entry = state.entries.removeValue(forKey: number) else { return }
        if state.numbers[entry.descriptor] == number { state.numbers[entry.descriptor] = nil }
        if entry.isEnded { state.ending -= 1 }
        guard let peer = entry.peer, let known = state.queues[peer] else { return }
        state.queues[peer]?.count = known.count - 1
        if known.count == 1 { state.queues[peer] = nil }
    }

    /// Whether the other end has closed without a word.
    private static func hasHungUp(_ descriptor: Int32) -> Bool {
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) == 0
    }

    private static func node(_ descriptor: Int32) -> UInt64? {
        var facts = stat()
        return fstat(descriptor, &facts) == 0 && facts.st_mode & S_IFMT == S_IFSOCK ? UInt64(facts.st_ino) : nil
    }
}
