import Glibc
import Logging
import Synchronization

/// Lines on their way to the writing thread: any number of threads put lines in, one takes all of them out, and nobody who
/// puts one in ever waits for anybody, or takes memory for it.
///
/// No lock, for a reason: libmilter has hundreds of threads for two cores when hundreds of connections are busy. Of a lock they
/// all take, one of them is soon preempted while it holds it, and from then on they hand it on one by one.
///
/// There are two halves. Whoever has a line adds its length to the place where the next one goes, by which the room is his;
/// writes it there; and adds the length to what has been written. Who takes the lines turns to the other half, and waits until
/// all that was given away has been written. A half that is full is closed by the first who finds no room.
final class LogQueue: Sendable {
    /// What stands in front of a line. Sixteen bytes, and a multiple of that is every place.
    private struct Header {
        var time: Int64
        var length: Int32
        var level: Int32
    }

    /// The bytes of a half: some 20 000 lines.
    static let capacity = 4 << 20
    /// The length that says that a half ends here.
    private static let end: Int32 = -1
    /// The bit of `place` that says which half it is in.
    private static let half: UInt64 = 1 << 63

    /// Where the next line goes.
    private let place = Atomic<UInt64>(0)
    /// What has been written into the first half, and into the second.
    private let first = Atomic<Int>(0)
    private let second = Atomic<Int>(0)
    private let dropped = Atomic<Int>(0)
    /// Both halves. Each byte of it belongs to the one who was given its place, until it has been written; then to who takes.
    private nonisolated(unsafe) let memory = UnsafeMutableRawPointer.allocate(byteCount: capacity * 2, alignment: 4096)

    deinit { memory.deallocate() }

    /// Whether there is nothing in it, and nothing has been dropped.
    var isEmpty: Bool {
        place.load(ordering: .sequentiallyConsistent) & ~Self.half == 0
            && dropped.load(ordering: .sequentiallyConsistent) == 0
    }

    /// Puts a line in, or counts it as dropped if there is no room.
    func put(_ level: Logger.Level, _ line: UnsafeBufferPointer<UInt8>, time: Int) {
        let size = (MemoryLayout<Header>.size + line.count + 15) & ~15
        guard size <= Self.capacity else {
            dropped.add(1, ordering: .sequentiallyConsistent)
            return
        }
        let given = place.add(UInt64(size), ordering: .sequentiallyConsistent).oldValue
        let isSecond = given & Self.half != 0
        // Where there is no room, the place goes on growing: in centuries it would reach the bit of the half.
        let start = Int(clamping: given & ~Self.half)
        guard start <= Self.capacity - size else {
            if start < Self.capacity {
                header(isSecond, start).pointee = Header(time: 0, length: Self.end, level: 0)
                note(isSecond, Self.capacity - start)
            }
            dropped.add(1, ordering: .sequentiallyConsistent)
            return
        }
        let header = header(isSecond, start)
        header.pointee = Header(time: Int64(time), length: Int32(line.count), level: Self.number(level))
        if let base = line.baseAddress {
            UnsafeMutableRawPointer(header + 1).copyMemory(from: base, byteCount: line.count)
        }
        note(isSecond, size)
    }

    /// Takes all lines out, in the order in which they came. One thread at a time.
    ///
    /// - Returns: How many were dropped since the last time: they came behind these, or among the last of them.
    func takeAll(into backlog: inout LogBacklog) -> Int {
        let dropped = self.dropped.exchange(0, ordering: .sequentiallyConsistent)
        let before = place.load(ordering: .relaxed)
        guard before & ~Self.half != 0 else { return dropped }
        let isSecond = before & Self.half != 0
        // The other half has been emptied the last time.
        let last = place.exchange(isSecond ? 0 : Self.half, ordering: .sequentiallyConsistent)
        let count = min(Int(clamping: last & ~Self.half), Self.capacity)
        // Who has been preempted while writing goes on as soon as there is a core.
        while writtenBytes(isSecond) != count { usleep(10) }
        var start = 0
        while start < count {
            let header = header(isSecond, start)
            let length = Int(header.pointee.length)
            guard length >= 0 else { break }
            let line = UnsafeRawBufferPointer(start: header + 1, count: length)
            backlog.append(Self.level(header.pointee.level), line, time: Int(header.pointee.time))
            start += (MemoryLayout<Header>.size + length + 15) & ~15
        }
        // What a flood took is given back.
        if count > Self.capacity / 8 {
            _ = madvise(memory + (isSecond ? Self.capacity : 0), Self.capacity, Int32(MADV_DONTNEED))
        }
        if isSecond { second.store(0, ordering: .releasing) } else { first.store(0, ordering: .releasing) }
        return dropped
    }

    private func header(_ isSecond: Bool, _ start: Int) -> UnsafeMutablePointer<Header> {
        (memory + (isSecond ? Self.capacity : 0) + start).assumingMemoryBound(to: Header.self)
    }

    private func note(_ isSecond: Bool, _ count: Int) {
        if isSecond {
            second.add(count, ordering: .releasing)
        } else {
            first.add(count, ordering: .releasing)
        }
    }

    private func writtenBytes(_ isSecond: Bool) -> Int {
        isSecond ? second.load(ordering: .acquiring) : first.load(ordering: .acquiring)
    }

    private static func number(_ level: Logger.Level) -> Int32 {
        switch level {
        case .trace: 0
        case .debug: 1
        case .info: 2
        case .notice: 3
        case .warning: 4
        case .error: 5
        case .critical: 6
        }
    }

    private static func level(_ number: Int32) -> Logger.Level {
        let levels = Logger.Level.allCases
        return levels.indices.contains(Int(number)) ? levels[Int(number)] : .critical
    }
}
