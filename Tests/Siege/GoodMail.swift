import Foundation
import Synchronization
import World

/// What became of the good destinations.
struct GoodMail: Sendable {
    /// The time of the run in which one was asked for.
    enum Phase: Int, CaseIterable, Sendable {
        case before, during, after
    }

    /// The destinations of a phase.
    struct Tally: Sendable {
        /// All that were asked for.
        var all = 0
        /// Those that got the verdict that they have.
        var right = 0
        /// Those that were put off, without a verdict or with a doubt.
        var putOff = 0
        /// Those that got a verdict that is wrong.
        var wrong: [String] = []
        /// How long each took, in milliseconds.
        var times: [Double] = []

        /// How long it took all but so many percent.
        func percentile(_ percent: Int) -> Double {
            let sorted = times.sorted()
            return sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, sorted.count * percent / 100)]
        }
    }

    /// By phase.
    var tallies: [Phase: Tally] = [:]
    /// When one was put off first, by the clock.
    var suffered: ContinuousClock.Instant?

    /// Takes an answer in.
    mutating func note(_ name: String, _ answer: MilterClient.Answer?, _ phase: Phase, took: Duration) {
        tallies[phase, default: Tally()].all += 1
        tallies[phase, default: Tally()].times.append(took / .milliseconds(1))
        switch answer {
        case .continue?: tallies[phase, default: Tally()].right += 1
        case .reply(let text)? where text.hasPrefix("5"), .reply(let text)? where !text.hasPrefix("451 4."):
            tallies[phase, default: Tally()].wrong.append("\(name): \(text)")
        case .reject?: tallies[phase, default: Tally()].wrong.append("\(name): refused")
        default:
            tallies[phase, default: Tally()].putOff += 1
            if suffered == nil { suffered = .now }
        }
    }
}
