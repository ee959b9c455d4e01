import DANE
import Support

/// What the words of `danegate trace` ask for, judged by their form.
public enum TraceSubject: Sendable, Hashable {
    /// A trace id, or a text that holds one.
    case id(String)
    /// A recipient's address.
    case recipient(String)
    /// A domain; `.example.org` for all its subdomains.
    case domain(String)
    /// A client's address.
    case client(String)

    /// Finds out what some words ask for. A reply or a log line is one text, which the shell may have split into words.
    ///
    /// - Throws: If they have none of these forms.
    public init(_ words: [String]) throws(TraceFilterError) {
        let text = words.joined(separator: " ").trimmingBlanks()
        let shown = TraceFilter.shown(text)
        // A reply or a log line has addresses and domains in it too, but only the id names one recipient.
        if text.contains(where: \.isWhitespace) {
            do throws(TraceFilterError) { _ = try TraceIDArgument(text) } catch {
                throw TraceFilterError(
                    sentence: "\(shown): there is no id in this; give an address, a domain, an id, or a whole reply "
                        + "or line of the log.")
            }
            self = .id(text)
            return
        }
        let plain = text.trimming("<>")
        if plain.hasPrefix("@") {
            self = .domain(String(plain.dropFirst()))
        } else if plain.contains("@") {
            self = .recipient(plain)
        } else if IPAddress(plain.trimming("[]")) != nil {
            self = .client(plain)
        } else if let id = try? TraceIDArgument(text), id.isWhole || Self.looksLikeID(plain) {
            self = .id(text)
        } else if !plain.isEmpty {
            self = .domain(plain)
        } else {
            throw TraceFilterError(sentence: "give an address, a domain or an id.")
        }
    }

    /// Whether a word looks like the beginning of an id. Ids begin with the time, whose first digit is 0 for centuries.
    /// It is an O if somebody read the id aloud.
    private static func looksLikeID(_ word: String) -> Bool {
        !word.contains(".") && ["[", "0", "o", "O"].contains { word.hasPrefix($0) }
    }
}

extension TraceFilter {
    /// Selects what a word asks for.
    ///
    /// - Throws: If it makes no sense, or contradicts an option.
    public mutating func take(_ subject: TraceSubject) throws(TraceFilterError) {
        switch subject {
        case .id(let text):
            guard id == nil else { throw Self.twice("--id") }
            try take(id: text)
        case .recipient(let text):
            guard recipient == nil else { throw Self.twice("--recipient") }
            try take(recipient: text)
        case .domain(let text):
            guard !hasDomain else { throw Self.twice("--domain") }
            try take(domain: text)
        case .client(let text):
            guard client == nil else { throw Self.twice("--client") }
            try take(client: text)
        }
    }

    private static func twice(_ option: String) -> TraceFilterError {
        TraceFilterError(
            sentence: "the word is taken for what \(option) says, and \(option) is given too: give one of them.")
    }
}
