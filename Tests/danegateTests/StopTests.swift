import Foundation
import Synchronization
import Testing
import World

/// SIGTERM under load: whoever had sent a recipient before it has an answer.
@Suite struct StopTests {
    /// What became of the recipients of one client.
    private struct Sent: Sendable {
        var asked = 0
        var answered = 0
        /// Those without an answer that were sent before the signal.
        var lost = 0
    }

    /// When the signal was sent.
    final class End: Sendable {
        private let state = Mutex<ContinuousClock.Instant?>(nil)

        var moment: ContinuousClock.Instant? { state.withLock { $0 } }
        func set(_ moment: ContinuousClock.Instant) { state.withLock { $0 = moment } }
    }

    /// Stops of a short run, and of a long one (`LONG_TESTS=1`).
    private static let stops = ProcessInfo.processInfo.environment["LONG_TESTS"] == nil ? 3 : 50
    private static let labels = ["verified", "tlsa-invalid", "no-tlsa", "stalling-at-starttls"]

    @Test(.timeLimit(.minutes(stops > 3 ? 30 : 5))) func everybodyBeforeItHasAnAnswer() async throws {
        let world = try await MailWorld(Self.labels.map(MailDomains.named))
        var (asked, answered) = (0, 0)
        for round in 0..<Self.stops {
            let gate = try await DaemonTests.Gate(world, ["MILTER_DEADLINE": "2s"])
            let end = End()
            let socket = gate.socket
            let sent = await withTaskGroup(of: Sent.self) { group in
                group.addTask {
                    // When there is load, in the middle of it.
                    #expect(await gate.daemon.waitForOutput { $0.count(of: "ruling=") > 40 })
                    let moment = ContinuousClock.now
                    gate.daemon.signal(SIGTERM)
                    end.set(moment)
                    return Sent()
                }
                // Two hundred sessions a second, or as many as the machine bears.
                var (begin, number) = (ContinuousClock.now, round)
                while end.moment == nil {
                    group.addTask { [number] in
                        (try? await onOwnThread { Self.session(number, socket, end) }) ?? Sent()
                    }
                    number += 1
                    begin += .milliseconds(5)
                    try? await Task.sleep(until: begin)
                }
                return await group.reduce(into: Sent()) {
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
            asked += sent.asked
            answered += sent.answered
        }
        await world.stop()
        print("stops: \(Self.stops), recipients: \(asked) sent, \(answered) answered")
    }

    /// A session with four recipients.
    private static func session(_ number: Int, _ socket: String, _ end: End) -> Sent {
        var sent = Sent()
        guard let client = try? MilterClient(socket, timeout: .seconds(30)), (try? client.open()) != nil,
            (try? client.mail()) != nil
        else { return sent }
        for turn in 0..<4 {
            let begun = ContinuousClock.now
            sent.asked += 1
            let answer = try? client.recipient("<a@\(labels[(number + turn) % labels.count]).example>")
            if answer.map({ $0 != .closed }) ?? false {
                sent.answered += 1
            } else if let end = end.moment, begun < end {
                sent.lost += 1
            }
        }
        try? client.quit()
        return sent
    }
}
