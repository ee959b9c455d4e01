import DANE

@testable import Inspection
@testable import Policy
@testable import Records
@testable import Reports
@testable import Support

extension FuzzTarget {
    /// What people paste: a text to be explained, an id of the trace, a destination.
    static let pastedTexts = FuzzTarget("pasted-texts") { bytes in
        try explain(bytes.text)
        try readID(bytes.text)
        try readDestination(bytes.text)
    }

    private static func explain(_ text: String) throws {
        do {
            let found = try Explainer.find(text)
            try require(!found.explanations.isEmpty, "nothing was found")
            if let mention = found.mention { try requireLine(mention, atMost: 2000, "a mention") }
            for other in found.others { try requireLine(other, atMost: 100, "another mention") }
        } catch let unknown as ExplainerError {
            try requireLine(unknown.sentence, atMost: 1000, "why nothing was found")
        }
        // Whatever stands before it, a reply is found.
        let reply = try? Explainer.find(text.prefix(2000) + "\n550 5.7.322 certificate-expired: x")
        try require(reply?.explanations.first?.kind == .outcome, "a reply is lost behind \(text.debugDescription)")
    }

    private static func readID(_ text: String) throws {
        do {
            let id = try TraceIDArgument(text)
            try require(id.text.utf8.count <= 26 && id.text.utf8.allSatisfy(\.isAlphanumeric), "the id \(id.text)")
            try require(try TraceIDArgument(id.text) == id, "\(id.text) reads as another")
        } catch let fault as TraceFilterError {
            try requireLine(fault.sentence, atMost: 600, "why there is no id")
        }
    }

    private static func readDestination(_ text: String) throws {
        do {
            let argument = try DestinationArgument(text, port: 25)
            let destination = argument.text(standard: 25)
            try requireLine(destination, atMost: 270, "a destination")
            try require(!argument.destination.name.isRoot && argument.destination.port != 0, "\(destination)")
            let again = try DestinationArgument(destination, port: 25, names: .any)
            try require(again.destination == argument.destination, "\(destination) reads as \(again.destination)")
        } catch let fault as DestinationArgumentError {
            try requireLine(fault.sentence, atMost: 700, "why there is no destination")
        }
    }
}
