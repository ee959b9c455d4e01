import Foundation
import Glibc

/// The hosts of a site, and how this process asks them.
public struct Site: Sendable {
    /// A host that has not answered.
    public struct Loss: Sendable {
        /// Its name.
        public let mta: String
        /// Why it has not, as a clause.
        public let why: String

        /// The sentence about it.
        public var sentence: String { "\(mta): \(why)\(why.last.map(".?!".contains) == true ? "" : ".")" }
        /// The line of JSON about it.
        public var line: String { SiteAnswer.lostLine(mta, why) }
    }

    /// The hosts in the order of the list.
    public private(set) var hosts: [SiteHost]
    private let localOptions: [String]
    /// The program that runs, for a host that is this one.
    private let program: String
    private let environment: [String: String]

    /// Makes a site of hosts.
    ///
    /// - Parameters:
    ///   - localOptions: Options of the commands for this host alone.
    public init(_ hosts: [SiteHost], localOptions: [String] = []) {
        self.hosts = hosts
        self.localOptions = localOptions
        program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "danegate"
        environment = ProcessInfo.processInfo.environment
    }

    /// The site of one of its hosts; nil if none has this name.
    package func only(_ name: String) -> Site? {
        hosts.first { $0.name == name }.map { host in
            var site = self
            site.hosts = [host]
            return site
        }
    }

    /// Gives a command to all hosts. It blocks the calling thread until each has answered, or its time is over.
    ///
    /// - Parameters:
    ///   - name: The words of the command.
    ///   - arguments: Its options and other arguments.
    ///   - calls: The bounds of each call.
    ///   - statuses: The exit statuses with which the command answers.
    ///   - older: The arguments for a host whose version does not know the others; nil if there are none.
    ///   - isWanted: Whether the answers are still wanted.
    ///   - failed: Told of each host that has not answered, with its number in the list, and why.
    ///   - take: Takes each answer as it comes, with the host's number in the list.
    /// - Returns: The hosts that have not answered, in the order of the list.
    /// - Throws: What `take` throws, but for a `SiteAnswerError`, which is why a host has not answered; a
    ///   `CancellationError` if the answers are no longer wanted.
    public func ask(
        _ name: [String], _ arguments: [String], _ calls: SiteCalls, statuses: Set<Int32> = [0],
        older: [String]? = nil, isWanted: () -> Bool = { true },
        failed: (SiteAnswer, Int, String) -> Void = { _, _, _ in }, _ take: (SiteAnswer, Int) throws -> Void
    ) throws -> [Loss] {
        var lost: [(index: Int, loss: Loss)] = []
        var again: [Int] = []
        func note(_ index: Int, _ answer: SiteAnswer) throws {
            var why = answer.failure(unless: statuses)
            if why == nil {
                do { try take(answer, index) } catch let error as SiteAnswerError { why = error.clause }
            }
            if let why {
                lost.append((index, Loss(mta: answer.mta, why: why)))
                failed(answer, index, why)
            }
        }
        func ask(_ hosts: [SiteHost], _ arguments: [String], _ take: (Int, SiteAnswer) throws -> Void) throws {
            try calls.ask(
                hosts, SiteRequest(name, arguments, localOptions: localOptions), program: program, environment,
                isWanted: isWanted, take)
        }
        try ask(hosts, arguments) { index, answer in
            if older != nil, answer.status == EX_USAGE { again.append(index) } else { try note(index, answer) }
        }
        if let older, !again.isEmpty { try ask(again.map { hosts[$0] }, older) { try note(again[$0], $1) } }
        return lost.sorted { $0.index < $1.index }.map(\.loss)
    }
}
