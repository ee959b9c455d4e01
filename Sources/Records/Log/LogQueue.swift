import Glibc
import Logging
import Synchronization

/// Lines on their way to the writing thread. Any number of threads add lines, and one thread takes all of them. A
/// thread that adds a line never waits and allocates no memory.
///
/// There is no lock, for a reason: when hundreds of connections are busy, libmilter has hundreds of threads for two
/// cores. If all of them took a lock, one would soon be preempted while it holds it, and from then on they would hand
/// it on one by one.
///
/// There are two halves. A thread with a line adds the length to the place of the next line, which reserves the room;
/// writes the line there; and adds the length to the bytes written. The reader switches to the other half and waits
/// until everything that was reserved has been written. The first thread that finds no room in a half closes it.
final class LogQueue: Sendable {
    /// What precedes each line. It has sixteen bytes, and every place is a multiple of that.
    private struct Header {
        var time: Int64
        var length: Int32
        var level: Int32
    }

    /// The bytes of a half, for about 20,000 lines.
    static let capacity = 4 << 20
    /// A length that means that the half ends here.
    private static let end: Int32 = -1
    /// The bit of `place` that tells the half.
    private static let half: UInt64 = 1 << 63

    /// Where the next line goes.
    private let place = Atomic<UInt64>(0)
    /// How many bytes have been written into the first half, and into the second.
    private let first = Atomic<Int>(0)
    private let second = Atomic<Int>(0)
    private let dropped = Atomic<Int>(0)
    /// Both halves. A byte belongs to the thread that reserved its place until it has been written, then to the reader.
    private nonisolated(unsafe) let memory = UnsafeMutableRawPointer.allocate(byteCount: capacity * 2, alignment: 4096)

    deinit { memory.deallocate() }

    /// Whether it is empty, and nothing has been dropped.
    var isEmpty: Bool {
        place.load(ordering: .sequentiallyConsistent) & ~Self.half == 0
            && dropped.load(ordering: .sequentiallyConsistent) == 0
    }

    /// Adds a line, or counts it as dropped if there is no room.
    func put(_ level: Logger.Level, _ line: UnsafeBufferPointer<UInt8>, time: Int) {
        let size = (MemoryLayout<Header>.size + line.count + 15) & ~15
        guard size <= Self.capacity else {
            dropped.add(1, ordering: .sequentiallyConsistent)
            return
        }
        let given = place.add(UInt64(size), ordering: .sequentiallyConsistent).oldValue
        let isSecond = given & Self.half != 0
        // If there is no room, the place keeps growing. It would take centuries to reach the bit of the half.
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
        header.pointee = Header(time: Int64(time), length: Int32(line.count), level: Int32(level.place))
        if let base = line.baseAddress {
            UnsafeMutableRawPointer(header + 1).copyMemory(from: base, byteCount: line.count)
        }
        note(isSecond, size)
    }

    /// Takes all lines in the order in which they came. Only one thread at a time may call it.
    ///
    /// - Returns: How many were dropped since the last call. They came after these lines, or among the last of them.
    func takeAll(into backlog: inout LogBacklog) -> Int {
        let dropped = self.dropped.exchange(0, ordering: .sequentiallyConsistent)
        let before = place.load(ordering: .relaxed)
        guard before & ~Self.half != 0 else { return dropped }
        let isSecond = before & Self.half != 0
        // The last call has emptied the other half.
        let last = place.exchange(isSecond ? 0 : Self.half, ordering: .sequentiallyConsistent)
        let count = min(Int(clamping: last & ~Self.half), Self.capacity)
        // A thread that was preempted while writing continues as soon as there is a core.
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
        // Release the memory that a flood needed.
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

    private static func level(_ number: Int32) -> Logger.Level {
        let levels = Logger.Level.allCases
        return levels.indices.contains(Int(number)) ? levels[Int(number)] : .critical
    }
}
