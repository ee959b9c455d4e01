import Dispatch
import Synchronization

/// Milter sessions that have said MAIL and nothing since, and then all ask for a recipient at the same moment.
public enum IdleSessions {
    /// What one of them was told.
    public struct Told: Sendable {
        /// The recipient.
        public let recipient: String
        /// The answer.
        public let answer: MilterClient.Answer
        /// How many had been told something before.
        public let place: Int
        /// How long it had waited.
        public let waited: Duration
    }

    /// How far the sessions are.
    private final class Course: Sendable {
        let idle = Mutex(0)
        let told = Mutex<[Told]>([])
        let start = DispatchSemaphore(value: 0)
    }

    /// Opens a session per recipient, lets all of them ask at once, and returns what they were told, in order of time.
    ///
    /// - Parameter place: The milter's socket.
    public static func ask(_ place: String, for recipients: [String]) async throws -> [Told] {
        let course = Course()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for recipient in recipients {
                group.addTask {
                    try await onOwnThread {
                        let client = try MilterClient(place, timeout: .seconds(120))
                        try client.open()
                        try client.mail()
                        course.idle.withLock { $0 += 1 }
                        course.start.wait(atMost: 180)
                        let begin = ContinuousClock.now
                        let answer = try client.recipient(recipient)
                        let waited = ContinuousClock.now - begin
                        course.told.withLock {
                            $0.append(Told(recipient: recipient, answer: answer, place: $0.count, waited: waited))
                        }
                        try client.quit()
                    }
                }
            }
            // Whatever goes wrong: nobody waits for ever.
            defer { for _ in recipients { course.start.signal() } }
            _ = try await eventually(within: .seconds(60)) { course.idle.withLock { $0 } == recipients.count }
        }
        return course.told.withLock { $0 }
    }
}
