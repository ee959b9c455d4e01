import Foundation
import Synchronization
import World

/// Sessions by the clock: each begins when it is due, however long those before it take, unless too many are open.
final class SessionLoad: Sendable {
    /// Sessions that may be open at once, a thread each. One that is due beyond that begins when another has ended: a
    /// machine that cannot bear the rate bears less, and the figures say how much.
    private static let atOnce = 400

    private let session: Session
    private let rate: Int
    private let count: Int
    private let counts: Mutex<SessionCounts>
    private let open = Atomic<Int>(0)
    private let isMarked = Atomic<Bool>(true)

    /// A load of sessions.
    ///
    /// - Parameters:
    ///   - session: What each does.
    ///   - rate: How many begin a second.
    ///   - count: How many there are.
    init(_ session: Session, rate: Int, count: Int) {
        self.session = session
        self.rate = rate
        self.count = count
        counts = Mutex(SessionCounts(run: session.run))
    }

    /// Takes each line of standard input for a mark, and answers with a line when it is set. The load goes on until the
    /// last one has come.
    func readMarks() {
        Thread.detachNewThread { [weak self] in
            defer { self?.isMarked.store(false, ordering: .relaxed) }
            while let line = readLine() {
                guard let self else { return }
                if let mark = counts.withLock({ $0.mark(line) }) {
                    Playground.say("MARKED=\(mark.name.filter { $0.isLetter || $0.isNumber }),\(mark.open)")
                }
            }
        }
    }

    /// Sends all, and more until the last mark has come, or as many as there can be in four times the time; and waits
    /// for the last one.
    ///
    /// - Returns: What became of them.
    func run() async -> SessionCounts {
        let begin = ContinuousClock.now
        let end = begin + .seconds(4) * Double(count) / Double(rate)
        await withTaskGroup(of: Void.self) { group in
            for number in 0... {
                guard number < count || isMarked.load(ordering: .relaxed) else { break }
                try? await Task.sleep(until: begin + .seconds(1) * Double(number) / Double(rate))
                while open.load(ordering: .relaxed) >= Self.atOnce, .now < end {
                    try? await Task.sleep(for: .milliseconds(5))
                }
                guard .now < end else { break }
                open.add(1, ordering: .relaxed)
                counts.withLock { $0.begin() }
                group.addTask { await self.play(number) }
            }
        }
        let took = begin.duration(to: .now)
        return counts.withLock { counts in
            counts.seconds = took / .seconds(1)
            return counts
        }
    }

    private func play(_ number: Int) async {
        let end = (try? await onOwnThread { [session] in session.play(number) }) ?? .notStarted("no thread")
        open.subtract(1, ordering: .relaxed)
        counts.withLock { $0.end(end) }
    }
}
