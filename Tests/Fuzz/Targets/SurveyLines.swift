@testable import Inspection
@testable import Policy
@testable import Reports

extension FuzzTarget {
    /// Lines of a survey's input: a list's or a log's.
    static let surveyLines = FuzzTarget("survey-lines") { bytes in
        let scope = SurveyScope(Settings())
        func read(_ bytes: [UInt8]) -> SurveyLine {
            var isExim = false
            return bytes.withUnsafeBufferPointer { SurveyLine.read($0, scope, isExim: &isExim) }
        }
        let line = read(bytes)
        if case .junk(let reason) = line.kind { try requireLine(reason, atMost: 100, "a reason") }
        for mail in line.mail {
            guard case .to(let destination, let recipients, let relay) = mail else { continue }
            try require((0...1).contains(recipients), "\(recipients) recipients")
            let text = destination.text(standard: 25)
            let again = read(Array(text.utf8))
            try require(
                again == SurveyLine(kind: .listed, mail: [.to(destination, recipients: 1, relay: nil)]),
                "\(text) reads as \(again)")
            if let relay { try requireLine(relay.hop, atMost: 270, "a relay") }
        }
        // Blanks around a line say nothing.
        let blanks = read(Array(" \t".utf8) + bytes + Array(" \r".utf8))
        try require(blanks == line, "\(line), and with blanks \(blanks)")

        // The same as a file: every line comes to one thing, and no more is kept of any than may be.
        var input = SurveyInput(scope, limit: 10_000)
        try bytes.withUnsafeBufferPointer { try input.read($0) }
        try input.endFile()
        let counts = input.counts
        try require(counts.lines <= bytes.count { $0 == UInt8(ascii: "\n") } + 1, "\(counts.lines) lines")
        for junk in input.junk {
            try requireLine(junk.reason, atMost: 100, "a reason")
            try requireLine(junk.text, atMost: 400, "the beginning of a line")
        }
        for index in 0..<input.destinations.count {
            try requireLine(input.destinations[index], atMost: 270, "a destination")
        }
    }
}
