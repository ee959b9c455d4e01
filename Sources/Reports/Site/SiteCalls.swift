import Glibc
import Support

/// Gives a command on all hosts of a site, some at a time.
public struct SiteCalls: Sendable {
    /// How long one host may take, from the start of its command on.
    let limit: Duration
    /// The most bytes that one may print.
    let bytes: Int
    /// How many are asked at once.
    let width: Int

    /// Makes the bounds.
    public init(limit: Duration, bytes: Int, width: Int) {
        self.limit = limit
        self.bytes = bytes
        self.width = width
    }

    /// Gives a command on all hosts. It blocks the calling thread until each has answered, or its time is over.
    ///
    /// - Parameters:
    ///   - request: The command.
    ///   - program: The path of the program that is running.
    ///   - environment: The environment of the programs that are started.
    ///   - isWanted: Whether the answers are still wanted. It is asked again and again; once they are not, the commands
    ///     under way are ended.
    ///   - take: Takes each answer as it comes, with the host's number in the list.
    func ask(
        _ list: [SiteHost], _ request: SiteRequest, program: String, _ environment: [String: String],
        isWanted: () -> Bool = { true }, _ take: (Int, SiteAnswer) throws -> Void
    ) throws {
        var waiting = Array(list.enumerated())[...]
        var running: [(index: Int, call: SiteCall)] = []
        defer { for (_, call) in running { call.abandon() } }
        while !waiting.isEmpty || !running.isEmpty {
            guard isWanted() else { throw CancellationError() }
            while running.count < width, let (index, host) = waiting.popFirst() {
                let call = host.call(request, program: program)
                switch SiteCall.start(host.name, call, environment, limit: limit, bytes: bytes) {
                case .success(let call): running.append((index, call))
                case .failure(let why):
                    try take(index, SiteAnswer(mta: host.name, end: .unstarted(why.words)))
                }
            }
            var polls = running.flatMap { $0.call.polls }
            // An end without a further byte is seen by looking: a program that it has left behind may keep the pipe.
            poll(&polls, nfds_t(polls.count), 20)
            for (_, call) in running { call.move() }
            let ended = running.filter { $0.call.isOver }
            running.removeAll { $0.call.isOver }
            for (index, call) in ended { try take(index, call.answer) }
        }
    }
}
