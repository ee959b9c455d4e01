import Foundation
import Synchronization
import Testing
import World

/// SIGTERM under load: whoever had sent a recipient before it has an answer.
@Suite(.timeLimit(.minutes(5))) struct StopTests {
    /// What became of the recipients of one client.
    private struct Sent: Sendable {
        var asked = 0
        var answered = 0
        /// Those without an answer that were sent before the signal.
        var lost = 0
    }

    /// When the signal was sent.
    private final class End: Sendable {
        private let state = Mutex<ContinuousClock.Instant?>(nil)

        var moment: ContinuousClock.Instant? { state.withLock { $0 } }
        func set(_ moment: ContinuousClock.Instant) { state.withLock { $0 = moment } }
    }

    @Test func everybodyBeforeItHasAnAnswer() async throws {
        let labels = ["verified", "tlsa-invalid", "no-tlsa", "stalling-at-starttls"]
        let world = try await MailWorld(labels.map(MailDomains.named))
        for round in 0..<3 {
            let gate = try await DaemonTests.Gate(world, ["MILTER_DEADLINE": "2s"])
            let end = End()
            let socket = gate.socket
            let sent = try await withThrowingTaskGroup(of: Sent.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        try await onOwnThread {
                            var sent = Sent()
                            while end.moment == nil,
                                let client = try? MilterClient(socket, timeout: .seconds(30))
                            {
                                guard (try? client.open()) != nil, (try? client.mail()) != nil else { break }
                                for turn in 0..<4 {
                                    let begun = ContinuousClock.now
                                    sent.asked += 1
                                    let answer = try? client.recipient(
                                        "<a@\(labels[(number + turn + round) % labels.count]).example>")
                                    let isAnswered = answer.map { $0 != .closed } ?? false
                                    if isAnswered {
                                        sent.answered += 1
                                    } else if let end = end.moment, begun < end {
                                        sent.lost += 1
                                    }
                                }
                                try? client.quit()
                            }
                            return sent
                        }
                    }
                }
                // When there is load, in the middle of it.
                #expect(await gate.daemon.waitForOutput { $0.count(of: "ruling=") > 40 })
                let moment = ContinuousClock.now
                gate.daemon.signal(SIGTERM)
                end.set(moment)
                return try await group.reduce(into: Sent()) {
                    $0.asked += $1.asked
                    $0.answered += $1.answered
                    $0.lost += $1.lost
                }
            }
            #expect(await gate.daemon.waitForEnd() == 0)
            #expect(sent.lost == 0 && sent.answered > 40, "\(sent)")
            // Both ends count the same: no ruling is written of a recipient that nobody told.
            let rulings = gate.daemon.output.count(of: "ruling=")
            #expect(rulings == sent.answered, "\(rulings) rulings, \(sent)")
        }
        await world.stop()
    }
}
