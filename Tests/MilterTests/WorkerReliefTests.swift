import Glibc
import Synchronization
import Testing
import World

@testable import Milter

/// Sessions do not wait behind callbacks that wait, although libmilter may give all sessions that become ready at once
/// to one worker.
@Suite(.timeLimit(.minutes(2))) struct WorkerReliefTests {
    private static let waits = Duration.seconds(2)

    @Test(arguments: ["unix", "inet"]) func sessionsThatAskAtOnceDoNotQueueUp(kind: String) async throws {
        let scratch = try ScratchDirectory("relief")
        let port = try freePort()
        let place = kind == "unix" ? scratch.file("milter") : "\(port)"
        let process = try await TestDaemon.process([kind == "unix" ? "unix:\(place)" : "inet:\(port)@127.0.0.1"])
        #expect(await process.waitForOutput { $0.contains("ready\n") })
        let slow = (0..<40).map { "<wait-2000@example.\($0)>" }
        let fast = (0..<10).map { "<fine@example.\($0)>" }
        let told = try await IdleSessions.ask(place, for: slow + fast)
        #expect(told.count == 50)
        // Those who need not wait are answered while all the others still do.
        let last = told.last { $0.answer == .continue }?.place
        #expect(last == fast.count - 1, "\(told.map(\.recipient))")
        // Nobody has waited for two.
        let longest = told.map(\.waited).max() ?? .zero
        #expect(longest < Self.waits * 2, "\(longest)")
        // The connections that were made for this have left nothing.
        #expect(
            try await eventually {
                process.signal(SIGHUP)
                return await process.waitForOutput(within: .milliseconds(100)) { $0.contains("sessions=0\n") }
            })
        let lines = process.output.split(separator: "\n")
        #expect(lines.allSatisfy { $0 == "ready" || $0 == "waiting" || $0.hasPrefix("signals ") }, "\(lines)")
        #expect(await process.stop() == 0)
    }

    @Test func connectionsAreBounded() async throws {
        let made = Mutex(0)
        let relief = WorkerRelief { made.withLock { $0 += 1 } }
        let start = ContinuousClock.now
        for _ in 0..<10_000 {
            relief.waitBegins()
            relief.waitEnds()
        }
        let allowance =
            WorkerRelief.burst + Int((ContinuousClock.now - start) / .seconds(1) * Double(WorkerRelief.rate))
        let count = made.withLock { $0 }
        #expect(count >= WorkerRelief.burst && count <= allowance + 1)
        // What is owed is made good while somebody waits, and then again now and then.
        relief.waitBegins()
        #expect(try await eventually { made.withLock { $0 } >= count + 3 })
        relief.waitEnds()
    }

    @Test func afterTheEndNoneAreMade() async throws {
        let made = Mutex(0)
        let relief = WorkerRelief { made.withLock { $0 += 1 } }
        relief.end()
        relief.waitBegins()
        relief.waitEnds()
        #expect(made.withLock { $0 } == 0)
    }
}
