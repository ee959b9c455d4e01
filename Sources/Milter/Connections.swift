import DANE
import Glibc
import Synchronization

/// The connections of MTAs from accept(2) on: how many there are, which have not sent anything yet, and which one is
/// ended when there are too many (F-100).
///
/// libmilter reports a connection only when its MTA negotiates. A connection on which nothing is sent keeps a
/// descriptor for two hours. Any local user can make such connections. Without a limit they would use up all
/// descriptors of the process, and some libraries end the process if they get none.
///
/// If there are too many, the peer with the most loses one first, so that one user or machine cannot shut out others.
final class Connections: Sendable {
    private struct Entry {
        let descriptor: Int32
        /// The inode of the socket (`st_ino`). It differs for a later socket with the same descriptor.
        let node: UInt64
        let activity: ConnectionActivity
        /// nil as long as there are so few connections that it was not looked up.
        var peer: ConnectionPeer?
        /// Whether it has been ended, and libmilter has not closed it yet.
        var isEnded = false
    }

    private struct State {
        var entries: [UInt64: Entry] = [:]
        /// The number of the entry of each descriptor.
        var numbers: [Int32: UInt64] = [:]
        var lastNumber: UInt64 = 0
        /// The connections by peer, once there are many.
        var queues: [ConnectionPeer: (queue: ConnectionQueue, count: Int)] = [:]
        /// The connections whose peers have not been looked up, because there were few.
        var unsorted: [UInt64] = []
        /// How many have been ended and are not closed yet.
        var ending = 0
        var counts = ConnectionCounts()
    }

    private let limits: ConnectionLimits
    private let state = Mutex(State())

    /// No connections yet.
    init(_ limits: ConnectionLimits) { self.limits = limits }

    /// What has happened to connections since the start.
    var counts: ConnectionCounts {
        state.withLock { state in
            var counts = state.counts
            counts.open = state.entries.count
            return counts
        }
    }

    /// How many there are, and which peer has the most, if there are so many that the peers were looked up.
    var occupancy: Occupancy {
        state.withLock { state in
            let foremost = state.queues.max { $0.value.count < $1.value.count }
            return Occupancy(
                used: state.entries.count, limit: limits.connections, foremost: foremost?.key.description,
                foremostCount: foremost?.value.count ?? 0)
        }
    }

    // MARK: At accept(2)

    /// Adds a new connection. If there are too many, another one is ended.
    ///
    /// - Returns: false if the new one must be closed.
    func admit(_ descriptor: Int32) -> Bool {
        guard let node = Self.node(descriptor) else { return true }
        return state.withLock { state in
            // libmilter has closed the earlier connection with this descriptor.
            if let old = state.numbers[descriptor] { Self.forget(old, &state) }
            var isExcess = false
            // Nobody loses a connection to a peer that has hung up already.
            if state.entries.count - state.ending >= limits.connections, !Self.hasHungUp(descriptor) {
                if !Self.displace(&state) {
                    // Before anybody is turned away, forget connections that libmilter has closed without reporting it.
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

    /// Waits, for at most two seconds, until libmilter closes connections that have been ended, if there is no room for
    /// another. Otherwise the next new one would be closed at once, and it may be that of an MTA. Others wait in the
    /// backlog meanwhile.
    func waitForRoom() {
        for round in 1...1000 {
            let isFull = state.withLock { state in
                guard state.entries.count >= limits.connections + limits.slack else { return false }
                // End one before the next one comes, otherwise that one would be turned away.
                guard state.ending > 0 || Self.displace(&state) else { return false }
                // libmilter may have closed some without reporting it.
                if round % 10 == 0 { Self.forgetClosed(&state) }
                return true
            }
            guard isFull else { return }
            usleep(2000)
        }
    }

    /// Waits 20 ms after accept(2) found no descriptor.
    func waitForDescriptors() { usleep(20_000) }

    // MARK: Of a session

    /// The activity of a session's connection. nil if the connection is unknown; then it is never ended.
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

    /// Ends the connections that should have negotiated by now, and forgets those that libmilter has closed without
    /// reporting it.
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
                    && entry.activity.lastHeard <= latest && !Self.hasUnread(entry.descriptor)
            }
            let ended = silent.keys.count { Self.end($0, &state) == .ended }
            state.counts.silent += ended
            return ended
        }
    }

    // MARK: Under the lock

    /// Makes room by ending the connection whose turn it is.
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
            // libmilter had closed it without reporting it, so there is room already.
            case .closed: return true
            case .failed: continue
            }
        }
        return false
    }

    /// Whether a peer has fewer connections than the one with the most. It must not suffer if those of the other are
    /// all busy.
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

    /// Looks up the peers of connections that came while there were few.
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

    /// The result of ending a connection.
    private enum End {
        /// libmilter reads the end and closes the connection.
        case ended
        /// libmilter has closed it already.
        case closed
        /// The connection goes on.
        case failed
    }

    /// Ends a connection.
    ///
    /// It uses a copy of the descriptor, because libmilter may close it at this moment and the number may then belong
    /// to another socket.
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

    /// Forgets connections that libmilter has closed without reporting it.
    ///
    /// - Parameter isQuick: Whether to check only those that have not negotiated, because libmilter reports the others.
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

    /// Whether the other end has closed without sending anything.
    private static func hasHungUp(_ descriptor: Int32) -> Bool {
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) == 0
    }

    /// Whether the other end has sent something that has not been read yet. Then the connection waits for a worker of
    /// libmilter and is not silent.
    private static func hasUnread(_ descriptor: Int32) -> Bool {
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) > 0
    }

    private static func node(_ descriptor: Int32) -> UInt64? {
        var facts = stat()
        return fstat(descriptor, &facts) == 0 && facts.st_mode & S_IFMT == S_IFSOCK ? UInt64(facts.st_ino) : nil
    }
}
