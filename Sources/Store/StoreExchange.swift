import NIOCore
import RESP

/// Commands that are sent together, and what comes of them. It belongs to one event loop.
///
/// Whoever waits is told once: the answers, or why there are none. A request whose time is up stays in its place until
/// its answers have come, as these have no other mark than their order.
final class StoreExchange {
    /// The commands.
    let commands: [RESPCommand]
    /// When the request was made.
    let began: NIODeadline
    /// Whether the client itself asks: such a request takes no room from others.
    let isOwn: Bool
    /// The answers so far.
    private(set) var answers: [RESPValue] = []
    /// Whether its time was up before its answers came.
    private(set) var isLate = false

    private var timer: Scheduled<Void>?
    private var tell: ((Result<[RESPValue], StoreError>) -> Void)?

    /// A request.
    ///
    /// - Parameter tell: Is called once.
    init(
        _ commands: [RESPCommand], began: NIODeadline = .now(), isOwn: Bool = false,
        tell: @escaping (Result<[RESPValue], StoreError>) -> Void
    ) {
        self.commands = commands
        self.began = began
        self.isOwn = isOwn
        self.tell = tell
        answers.reserveCapacity(commands.count)
    }

    /// How many bytes its commands have.
    var size: Int { commands.reduce(0) { $0 + $1.size } }

    /// Whether all answers have come.
    var isComplete: Bool { answers.count == commands.count }

    /// Takes the next answer.
    func take(_ answer: RESPValue) { answers.append(answer) }

    /// Ends it with its answers.
    func succeed() { end(.success(answers)) }

    /// Ends it without answers.
    func fail(_ error: StoreError) { end(.failure(error)) }

    /// Ends it at that time unless it has ended; before whoever waits is told, `noted` is called.
    func limit(to deadline: NIODeadline, on loop: any EventLoop, then noted: @escaping () -> Void) {
        let bound = NIOLoopBound((self, noted), eventLoop: loop)
        timer = loop.scheduleTask(deadline: deadline) {
            let (exchange, noted) = bound.value
            guard exchange.tell != nil else { return }
            exchange.isLate = true
            noted()
            exchange.end(.failure(.late))
        }
    }

    private func end(_ result: Result<[RESPValue], StoreError>) {
        timer?.cancel()
        timer = nil
        let told = tell
        tell = nil
        told?(result)
    }
}
