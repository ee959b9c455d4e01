import Foundation

@testable import Policy
@testable import Reports

/// What a survey makes of files, for tests.
struct SurveyReading {
    /// Destinations and their recipients, in order: `example.org 2`.
    let destinations: [String]
    /// What was left out, by reason: recipients.
    let leftOut: [SurveyScope.Reason: Int]
    let input: SurveyInput

    /// Reads texts as files.
    init(_ files: String..., settings: Settings = Settings()) throws {
        try self.init(files.map { Array($0.utf8) }, settings)
    }

    init(_ files: [[UInt8]], _ settings: Settings = Settings()) throws {
        var input = SurveyInput(SurveyScope(settings))
        for bytes in files {
            try bytes.withUnsafeBufferPointer { try input.read($0) }
            try input.endFile()
        }
        destinations = (0..<input.destinations.count).map {
            "\(input.destinations[$0]) \(input.destinations.recipients(of: $0))"
        }
        leftOut = input.counts.leftOut.mapValues(\.recipients)
        self.input = input
    }

    /// How many lines could not be read.
    var junk: Int { input.counts.junk }
    /// How many lines of logs tell of no delivery.
    var others: Int { input.counts.others }
    /// By which hosts mail went, and how much: `example.org [mx.example.org] 2`.
    var relays: [String] {
        (0..<input.destinations.count).flatMap { index in
            input.relays.hosts(of: index).map { host, recipients in
                "\(input.destinations[index]) \(input.relays.hosts[host].relay.hop) \(recipients)"
            }
        }
    }
}
