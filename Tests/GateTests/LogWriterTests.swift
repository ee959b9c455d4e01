import Foundation
import Logging
import Synchronization
import Testing

@testable import Records
@testable import Support

/// Whoever logs waits for nothing, and nothing is lost without being counted.
@Suite(.timeLimit(.minutes(1))) struct LogWriterTests {
    /// Everything that comes in until lines say that all has: those written, and those said to have been dropped.
    private struct Tally {
        var written = 0
        var dropped = 0

        var total: Int { written + dropped }

        mutating func take(_ line: some StringProtocol) {
            guard line.contains("event=line ") else {
                if let count = line.firstRange(of: "event=log-dropped count=") {
                    dropped += Int(line[count.upperBound...].prefix(while: \.isNumber)) ?? 0
                }
                return
            }
            written += 1
        }
    }

    /// How often a `LogWriter` looks for nothing until it rests.
    private static let looksBeforeRest = 11

    private static func line(_ number: Int) -> LogLine {
        LogLine(event: "line").adding("number", "\(number)").adding("text", String(repeating: "text ", count: 20))
    }

    @Test func aSyslogThatTakesNothingHoldsUpNobodyAndAllIsCounted() throws {
        let reader = try Reader()
        let writer = LogWriter(to: SyslogOutlet(reader.path))
        let sent = 100_000
        // Nobody reads meanwhile: what does not fit is dropped, and nobody waits.
        for number in 0..<sent { writer.write(.info, Self.line(number)) }
        var tally = Tally()
        while tally.total < sent { tally.take(try #require(reader.receive())) }
        #expect(tally.written >= 10_000 && tally.dropped > 0 && tally.total == sent)
        writer.close()
    }

    @Test func linesLookAsSyslogWritesThem() throws {
        let reader = try Reader()
        let writer = LogWriter(to: SyslogOutlet(reader.path))
        writer.write(.notice, LogLine(event: "one").adding("text", "a b"))
        writer.write(.error, LogLine(event: "two"))
        let form = #/<(\d+)>[A-Z][a-z]{2} [ 123]\d \d\d:\d\d:\d\d danegate\[(\d+)\]: (.*)/#
        let lines = try (0..<2).map { _ in
            let line = try #require(reader.receive())
            return try #require(line.wholeMatch(of: form)).output
        }
        // RFC 3164 §4.1.1: the facility mail is 2; notice is 5, error is 3.
        #expect(lines.map { String($0.1) } == ["21", "19"])
        #expect(lines.allSatisfy { $0.2 == "\(getpid())" })
        #expect(lines.map { String($0.3) } == ["event=one text=\"a b\"", "event=two"])
        writer.close()
    }

    /// What comes out of a pipe that a log writes to.
    private static func written(journal: (stat) -> String?) throws -> [String] {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        var facts = stat()
        try #require(fstat(ends[1], &facts) == 0)
        let writer = LogWriter(to: ErrorOutlet(ends[1], journal: journal(facts)))
        for level in [Logger.Level.debug, .info, .notice, .warning, .error] {
            writer.write(level, LogLine(event: "\(level.rawValue)"))
        }
        writer.close()
        Glibc.close(ends[1])
        defer { Glibc.close(ends[0]) }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = read(ends[0], &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test func theJournalIsToldThePriority() throws {
        let lines = try Self.written { "\($0.st_dev):\($0.st_ino)" }
        // sd-daemon(3), by RFC 3164's numbers.
        #expect(
            lines == ["<7>event=debug", "<6>event=info", "<5>event=notice", "<4>event=warning", "<3>event=error"])
    }

    @Test(
        arguments: [
            nil, "", ":", "1", "1:2", "x:y", "-1:5", "99999999999999999999999:1", "1:2:3", " 1:2",
        ] as [String?])
    func everybodyElseIsToldTimeAndLevel(stream: String?) throws {
        let before = unixTime()
        let lines = try Self.written { _ in stream }
        #expect(lines.count == 5)
        for (line, level) in zip(lines, ["debug", "info", "notice", "warning", "error"]) {
            let form = #/(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) ([a-z]+) event=([a-z]+)/#
            let match = try #require(line.wholeMatch(of: form), "\(line)").output
            #expect(match.2 == level && match.3 == level)
            let seconds = try #require(Moment(String(match.1))?.seconds)
            // The coarse clock may be a tick behind.
            #expect(seconds >= before - 1 && seconds <= unixTime() + 1)
        }
    }

    /// The right device and another inode, or the other way round.
    @Test func anotherStreamIsNotTheJournal() throws {
        for other in [{ (facts: stat) in "\(facts.st_dev):\(facts.st_ino + 1)" }, { "\($0.st_dev + 1):\($0.st_ino)" }] {
            #expect(try Self.written(journal: other).allSatisfy { $0.hasPrefix("2") })
        }
    }

    @Test func aSyslogThatIsStartedAgainIsFoundAgain() throws {
        var reader = try Reader()
        let writer = LogWriter(to: SyslogOutlet(reader.path))
        writer.write(.info, LogLine(event: "before"))
        #expect(try #require(reader.receive()).hasSuffix("event=before"))
        let path = reader.path
        reader.close()
        writer.write(.info, LogLine(event: "between"))
        reader = try Reader(path)
        #expect(try #require(reader.receive()).hasSuffix("event=between"))
        writer.write(.info, LogLine(event: "after"))
        #expect(try #require(reader.receive()).hasSuffix("event=after"))
        writer.close()
    }

    @Test func theEndDoesNotWaitForASyslogThatTakesNothing() throws {
        let reader = try Reader()
        let writer = LogWriter(to: SyslogOutlet(reader.path))
        let sent = 1000
        for number in 0..<sent { writer.write(.info, Self.line(number)) }
        // It returns: the suite's limit is what it is held to.
        writer.close()
        // What the socket had room for has come, in order, and the rest is given up.
        var numbers: [Int] = []
        while let line = reader.receive(waiting: false) {
            let number = try #require(line.firstMatch(of: #/ number=(\d+) /#)).output.1
            numbers.append(try #require(Int(number)))
        }
        #expect(!numbers.isEmpty && numbers.count < sent, "\(numbers.count)")
        #expect(numbers == Array(0..<numbers.count))
        // Nor does a line that comes too late wait.
        writer.write(.info, Self.line(sent))
        #expect(reader.receive(waiting: false) == nil)
    }

    @Test func aPipeThatNobodyReadsHoldsUpNobodyAndAllIsCounted() throws {
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        let writer = LogWriter(to: ErrorOutlet(ends[1]))
        let sent = 100_000
        for number in 0..<sent { writer.write(.info, Self.line(number)) }
        var tally = Tally()
        var numbers: [Int] = []
        var text = ""
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while tally.total < sent {
            let count = read(ends[0], &buffer, buffer.count)
            guard count > 0 else { break }
            text += String(decoding: buffer.prefix(count), as: UTF8.self)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            for line in lines.dropLast() {
                tally.take(line)
                if let number = line.firstMatch(of: #/number=(\d+) text=/#).flatMap({ Int($0.output.1) }) {
                    numbers.append(number)
                }
            }
            text = lines.last.map(String.init) ?? ""
        }
        #expect(tally.total == sent && tally.dropped > 0 && text.isEmpty)
        // Whole, and in order.
        #expect(numbers.count == tally.written && zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })
        writer.close()
        for end in ends { Glibc.close(end) }
    }

    @Test func aPipeWhoseReaderIsGoneEndsNothing() throws {
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        Glibc.close(ends[0])
        let looks = Looks()
        let writer = LogWriter(to: WatchedOutlet(ErrorOutlet(ends[1]), looks))
        for number in 0..<100 { writer.write(.info, Self.line(number)) }
        // Every line is given up, and none is kept for a reader that will never come.
        looks.wait { $0.lines == 100 }
        #expect(looks.state.withLock { $0.lines } == 100 && writer.dropped == 0)
        writer.close()
        Glibc.close(ends[1])
    }

    @Test func aThreadThatRestsIsWoken() throws {
        let reader = try Reader()
        let looks = Looks()
        let writer = LogWriter(to: WatchedOutlet(SyslogOutlet(reader.path), looks))
        // A line after each number of looks for nothing: while it still looks, while it is about to rest, and thrice
        // when it sleeps until it is woken.
        for idle in Array(0...Self.looksBeforeRest) + [Self.looksBeforeRest, Self.looksBeforeRest] {
            writer.write(.info, Self.line(idle))
            #expect(try #require(reader.receive()).contains("number=\(idle) "))
            looks.wait { $0.idle >= idle }
            if idle == Self.looksBeforeRest {
                looks.waitUntilItSleeps()
                #expect(looks.state.withLock { $0.idle } == idle, "it does not rest")
            }
        }
        writer.write(.info, Self.line(99))
        #expect(try #require(reader.receive()).contains("number=99 "))
        writer.close()
    }

    @Test func manyThreadsLoseNothingAndKeepTheirOrder() async {
        let queue = LogQueue()
        let (threads, each) = (8, 2000)
        let finished = Mutex(0)
        for thread in 0..<threads {
            Thread.detachNewThread {
                for number in 0..<each {
                    let line = LogLine(event: "e").adding("thread", "\(thread)").adding("n", "\(number)")
                    line.bytes.withUnsafeBufferPointer { queue.put(.info, $0, time: thread) }
                }
                finished.withLock { $0 += 1 }
            }
        }
        var seen = [Int](repeating: 0, count: threads)
        var batch = LogBacklog()
        while true {
            let isLast = finished.withLock { $0 } == threads
            #expect(queue.takeAll(into: &batch) == 0)
            for line in batch.entries.indices {
                let text = String(decoding: batch.bytes[batch.range(line)], as: UTF8.self)
                let thread = batch.entries[line].time
                #expect(text == "event=e thread=\(thread) n=\(seen[thread])\n")
                seen[thread] += 1
            }
            batch.removeAll()
            if isLast { break }
            await Task.yield()
        }
        #expect(seen.allSatisfy { $0 == each })
        #expect(queue.isEmpty)
    }
}

/// A syslog daemon of a test's own: a datagram socket, read when the test reads.
private final class Reader {
    let path: String
    private var descriptor: Int32

    init(_ path: String = "\(NSTemporaryDirectory())dg-log-\(UInt32.random(in: 0 ... .max))") throws {
        self.path = path
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(result == 0)
        var limit = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    func close() {
        guard descriptor >= 0 else { return }
        unlink(path)
        Glibc.close(descriptor)
        descriptor = -1
    }

    deinit { close() }

    /// The next datagram; nil if none comes, or if it is not to wait and there is none.
    func receive(waiting: Bool = true) -> String? {
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        let count = recv(descriptor, &buffer, buffer.count, waiting ? 0 : Int32(MSG_DONTWAIT))
        return count > 0 ? String(decoding: buffer.prefix(count), as: UTF8.self) : nil
    }
}

/// What the thread of a writer has done so far.
private final class Looks: Sendable {
    struct State {
        /// How many looks for nothing there were since the last line.
        var idle = 0
        /// How many lines the outlet has taken.
        var lines = 0
        /// The thread below /proc, PID/task/TID.
        var thread = ""
    }
    let state = Mutex(State())

    /// Waits until something is so, for two minutes at most: no time limit ends a thread.
    func wait(until isSo: (State) -> Bool) {
        let end = ContinuousClock.now + .seconds(120)
        while !state.withLock({ isSo($0) }) {
            guard .now < end else {
                Issue.record("it has not come to be so")
                return
            }
            usleep(500)
        }
    }

    /// Waits until the thread sleeps (proc_pid_stat(5)).
    func waitUntilItSleeps() {
        let thread = state.withLock { $0.thread }
        let end = ContinuousClock.now + .seconds(120)
        var text = ""
        repeat {
            usleep(500)
            text = (try? String(contentsOfFile: "/proc/\(thread)/stat", encoding: .utf8)) ?? ""
        } while !text.contains(") S ") && .now < end
    }
}

/// An outlet whose writer is watched.
private struct WatchedOutlet<Outlet: LogOutlet>: LogOutlet {
    private var outlet: Outlet
    private let looks: Looks

    init(_ outlet: Outlet, _ looks: Looks) {
        self.outlet = outlet
        self.looks = looks
    }

    var prefix: LinePrefix { outlet.prefix }

    mutating func write(_ lines: LogBacklog, from first: Int) -> Int {
        let isIdle = lines.entries.isEmpty
        if !isIdle { looks.state.withLock { $0.idle = 0 } }
        let next = outlet.write(lines, from: first)
        let thread = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
        looks.state.withLock {
            $0.thread = thread ?? ""
            $0.lines += next - first
            if isIdle { $0.idle += 1 }
        }
        return next
    }

    func wait() { outlet.wait() }
}
