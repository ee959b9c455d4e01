import Support
import Verdicts

/// An answer for something that keeps a daemon running, or leads mail to it: a supervisor or a balancer of load
/// (`/healthz`, `/readyz`).
package struct Health: Sendable, Equatable {
    /// Whether all is well.
    package let isGood: Bool
    /// `ok`, or why it is not, as a sentence without a full stop. It names nobody.
    package let text: String

    /// How long the threads that serve may take for a sign of life.
    private static let patience = Duration.seconds(5)

    /// The status in HTTP: 200 or 503.
    package var status: Int { isGood ? 200 : 503 }

    private static let good = Health(isGood: true, text: "ok")

    private static func bad(_ why: String) -> Health { Health(isGood: false, text: why) }

    /// Whether the threads that serve do something in time.
    ///
    /// - Parameter work: Returns when they have done something.
    static func live(
        within limit: Duration = Health.patience, _ work: @escaping @Sendable () async -> Void
    ) async -> Health {
        let answer = Promise<Health>()
        let timer = Timetable.shared.add(after: limit) {
            answer.tell(.bad("the threads that serve have done nothing for \(DurationText.brief(limit))"))
        }
        let task = Task {
            await work()
            answer.tell(.good)
        }
        defer {
            Timetable.shared.remove(timer)
            task.cancel()
        }
        return await answer.value { answer.tell(.bad("nobody waits for the answer")) }
    }

    /// Whether a daemon that has come so far, and is in this trouble, should get mail.
    static func ready(_ stage: ServingState.Stage, trouble: LocalTrouble?) -> Health {
        switch stage {
        case .starting: .bad("the daemon starts")
        case .stopping: .bad("the daemon stops")
        case .serving:
            trouble.map { .bad("recipients without a kept verdict are put off (\($0.cause.rawValue))") } ?? .good
        }
    }
}

extension ControlService {
    /// Whether the process works: the threads that serve do something within five seconds. Whoever gets another answer,
    /// or none, should start the daemon anew. It says nothing about the DNS, which a new start does not mend.
    package var liveness: Health {
        get async { await Health.live(isAlive) }
    }

    /// Whether mail should be led here: the daemon serves, and its breaker is closed. While it is open, recipients with
    /// a kept verdict are still served and others are put off; so if no other daemon is there, mail should come all the
    /// same.
    package var readiness: Health { Health.ready(serving.stage, trouble: service.breaker.trouble) }
}
