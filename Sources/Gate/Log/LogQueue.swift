import Logging
import Synchronization

/// Lines on their way to the writing thread: any number of threads put lines in, one takes all of them out, and nobody ever
/// waits for anybody.
///
/// No lock, for a reason: libmilter has hundreds of threads for two cores when hundreds of connections are busy. Of a lock they
/// all take, one of them is soon preempted while it holds it, and from then on they hand it on one by one.
///
/// A stack of which always the whole is taken, and turned over then: with that, a node cannot come back while somebody still
/// compares with it.
final class LogQueue: Sendable {
    /// A line. Owned by the stack while it is in it.
    private final class Node {
        let level: Logger.Level
        let time: Int
        let line: LogLine
        var next: UInt = 0

        init(_ level: Logger.Level, _ line: LogLine, time: Int) {
            self.level = level
            self.time = time
            self.line = line
        }
    }

    /// The most lines that wait at once, those being written included.
    static let lineLimit = 20_000
    /// The most bytes of them.
    static let byteLimit = 8 << 20

    /// The address of the latest node; zero for none.
    private let top = Atomic<UInt>(0)
    private let lines = Atomic<Int>(0)
    private let bytes = Atomic<Int>(0)
    private let dropped = Atomic<Int>(0)

    deinit {
        var backlog = LogBacklog()
        takeAll(into: &backlog)
    }

    /// Whether there is nothing in it, and nothing has been dropped.
    var isEmpty: Bool {
        top.load(ordering: .sequentiallyConsistent) == 0 && dropped.load(ordering: .sequentiallyConsistent) == 0
    }

    /// Puts a line in, or counts it as dropped if there is no room.
    func put(_ level: Logger.Level, _ line: LogLine, time: Int) {
        let size = line.bytes.count
        let count = lines.add(1, ordering: .relaxed).newValue
        let total = bytes.add(size, ordering: .relaxed).newValue
        guard count <= Self.lineLimit, total <= Self.byteLimit else {
            done(lines: 1, bytes: size)
            dropped.add(1, ordering: .sequentiallyConsistent)
            return
        }
        let node = Node(level, line, time: time)
        let new = UInt(bitPattern: Unmanaged.passRetained(node).toOpaque())
        var old = top.load(ordering: .relaxed)
        while true {
            node.next = old
            let (isDone, found) = top.weakCompareExchange(
                expected: old, desired: new, successOrdering: .sequentiallyConsistent, failureOrdering: .relaxed)
            if isDone { return }
            old = found
        }
    }

    /// Takes all lines out, in the order in which they came. They count as waiting until `done`.
    ///
    /// - Returns: How many were dropped since the last time: they came behind these, or among the last of them.
    @discardableResult
    func takeAll(into backlog: inout LogBacklog) -> Int {
        let dropped = self.dropped.exchange(0, ordering: .sequentiallyConsistent)
        var rest = top.exchange(0, ordering: .sequentiallyConsistent)
        var nodes: [Node] = []
        while let pointer = UnsafeRawPointer(bitPattern: rest) {
            let node = Unmanaged<Node>.fromOpaque(pointer).takeRetainedValue()
            rest = node.next
            nodes.append(node)
        }
        for node in nodes.reversed() { backlog.append(node.level, node.line, time: node.time) }
        return dropped
    }

    /// Notes that lines have been written, or given up.
    func done(lines count: Int, bytes size: Int) {
        lines.subtract(count, ordering: .relaxed)
        bytes.subtract(size, ordering: .relaxed)
    }
}
