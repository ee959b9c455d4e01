public import DANE

/// The policies of a file: `domain  exempt|monitor|enforce|require [until=DATE] [reason="…"]`.
///
/// `example.org` is that domain alone, `.example.org` its subdomains. The most specific line wins: the domain itself before
/// `.parent` before `.grandparent`.
public struct PolicyTable: Sendable {
    /// Every fault of a file, a sentence each.
    public struct Faults: Error, Sendable {
        /// The sentences.
        public let sentences: [String]
    }

    private var exact: [DomainName: Policy] = [:]
    private var below: [DomainName: Policy] = [:]

    /// A table without policies.
    public init() {}

    /// The policy of a domain at a time in seconds since 1970; nil if there is none.
    public func policy(for domain: DomainName, at now: Int64) -> Policy? {
        if isEmpty { return nil }
        if let policy = exact[domain], policy.holds(at: now) { return policy }
        guard !below.isEmpty else { return nil }
        var ancestor = domain.parent
        while let name = ancestor {
            if let policy = below[name], policy.holds(at: now) { return policy }
            ancestor = name.parent
        }
        return nil
    }

    /// Whether there are no policies.
    public var isEmpty: Bool { exact.isEmpty && below.isEmpty }

    /// How many lines hold a policy.
    public var count: Int { exact.count + below.count }

    /// Reads a file's text; all faults are reported together.
    ///
    /// - Parameter path: The file's name, for the sentences.
    public init(text: String, path: String) throws(Faults) {
        var faults: [String] = []
        for (index, line) in text.linesOfFile.enumerated() {
            let words = Self.words(line)
            guard !words.isEmpty else { continue }
            do throws(LineFault) {
                try add(words, line: index + 1)
            } catch {
                faults.append("\(LogLine.escaped(path)):\(index + 1): \(error.clause).")
            }
        }
        guard faults.isEmpty else { throw Faults(sentences: faults) }
    }

    private struct LineFault: Error {
        let clause: String
    }

    private mutating func add(_ words: [String], line: Int) throws(LineFault) {
        let isBelow = words[0].hasPrefix(".") && words[0] != "."
        guard case .name(let domain) = Recipient.domain(Substring(words[0].dropFirst(isBelow ? 1 : 0))) else {
            throw LineFault(clause: "\"\(LogLine.escaped(words[0]))\" is not a domain name")
        }
        guard words.count >= 2, let kind = Policy.Kind(rawValue: words[1]) else {
            throw LineFault(clause: "the domain must be followed by exempt, monitor, enforce or require")
        }
        var until: Int64?
        var reason: String?
        for word in words.dropFirst(2) {
            if word.hasPrefix("until=") {
                guard let end = CalendarDate.endOfDay(word.dropFirst(6)) else {
                    throw LineFault(clause: "until= must be a date like 2027-01-31")
                }
                until = end
            } else if word.hasPrefix("reason=") {
                reason = String(word.dropFirst(7))
            } else {
                throw LineFault(clause: "\"\(LogLine.escaped(word))\" is neither until=DATE nor reason=\"...\"")
            }
        }
        let known = isBelow ? below[domain] : exact[domain]
        guard known == nil else {
            throw LineFault(clause: "\(LogLine.escaped(words[0])) stands in line \(known?.line ?? 0) already")
        }
        let policy = Policy(kind: kind, until: until, reason: reason, line: line)
        if isBelow { below[domain] = policy } else { exact[domain] = policy }
    }

    /// The words of a line: blanks separate, double quotes hold together, `#` starts a comment outside them.
    private static func words(_ line: Substring) -> [String] {
        var words: [String] = []
        var word = ""
        var isQuoted = false
        for character in line {
            if character == "\"" {
                isQuoted.toggle()
            } else if !isQuoted, character == "#" {
                break
            } else if !isQuoted, character == " " || character == "\t" || character == "\r" {
                if !word.isEmpty { words.append(word) }
                word = ""
            } else {
                word.append(character)
            }
        }
        if !word.isEmpty { words.append(word) }
        return words
    }
}
