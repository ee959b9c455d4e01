import Foundation
import Policy
import Support

/// What `danegate exempt` gets from a running daemon once it has changed the file. Its keys are those in JSON.
public struct ExemptionsAnswer: Codable, Sendable {
    /// What came of telling other hosts: alone, told, refused or unanswered.
    let shared: String
    /// What the store says, or why it says nothing.
    @NullableJSON private(set) var cause: String?

    init(_ telling: ExemptionTelling) {
        switch telling {
        case .alone: shared = "alone"
        case .told: shared = "told"
        case .refused(let words):
            shared = "refused"
            cause = words
        case .unanswered(let why):
            shared = "unanswered"
            cause = why
        }
    }

    /// Parses it from a line of a daemon; nil if the line is not one.
    public init?(json: String) {
        guard let answer = try? JSONDecoder().decode(Self.self, from: Data(json.utf8)) else { return nil }
        self = answer
    }

    /// What an administrator has to know, as sentences; none if this host shares nothing.
    public var sentences: [String] {
        let cause = TerminalText.shown(cause ?? "-", limit: 300)
        switch shared {
        case "told": return ["All hosts that use the shared store have it."]
        case "refused":
            return [
                "The shared store does not let this host write exemptions (\(cause)).",
                "It holds on this host alone: do the same on a host whose user may write them, or let this one's.",
            ]
        case "unanswered":
            return ["The shared store cannot be used now (\(cause)): it holds on this host, and on others later."]
        default: return []
        }
    }

    /// Whether other hosts do not have it.
    public var isLacking: Bool { shared == "refused" || shared == "unanswered" }
}
