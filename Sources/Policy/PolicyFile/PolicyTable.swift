public import DANE
import Support

/// The policies of a file: `domain  exempt|monitor|enforce|require [until=DATE] [reason="…"]`.
///
/// `example.org` means only that domain, `.example.org` its subdomains. The most specific line wins: the domain itself
/// before `.parent` before `.grandparent`. A line that has expired does not count, and the next most specific one does.
public struct PolicyTable: Sendable {
    private var exact: [DomainName: Policy] = [:]
    /// By the domain above.
    private var below: [Substring: (pattern: DomainPattern, policy: Policy)] = [:]

    /// A table without policies.
    public init() {}

    /// The policy of a domain at a time in seconds since 1970; nil if there is none.
    public func policy(for domain: DomainName, at now: Int64) -> Policy? { line(for: domain, at: now)?.policy }

    /// The line that applies to a domain at a time in seconds since 1970, and its pattern; nil if there is none.
    package func line(for domain: DomainName, at now: Int64) -> (pattern: DomainPattern, policy: Policy)? {
        if isEmpty { return nil }
        if let policy = exact[domain], policy.holds(at: now) { return (DomainPattern(domain), policy) }
        guard !below.isEmpty else { return nil }
        for name in domain.parents {
            if let line = below[name], line.policy.holds(at: now) { return line }
        }
        return nil
    }

    /// All lines about a domain, expired ones included, the most specific first.
    package func lines(for domain: DomainName) -> [(pattern: DomainPattern, policy: Policy)] {
        var lines: [(DomainPattern, Policy)] = []
        if let policy = exact[domain] { lines.append((DomainPattern(domain), policy)) }
        return lines + domain.parents.compactMap { below[$0] }
    }

    /// Whether any valid line demands DANE.
    package func demandsDANE(at now: Int64) -> Bool {
        exact.values.contains { $0.kind == .require && $0.holds(at: now) }
            || below.values.contains { $0.policy.kind == .require && $0.policy.holds(at: now) }
    }

    /// Whether there are no policies.
    public var isEmpty: Bool { exact.isEmpty && below.isEmpty }

    /// The number of lines with a policy.
    public var count: Int { exact.count + below.count }

    /// The most faults that are listed. Beyond that, only their number is reported.
    private static let faultLimit = 100

    /// Reads the text of a file. All faults are reported together, one sentence per line of the file.
    ///
    /// - Parameter path: The name of the file, for the sentences.
    public init(text: String, path: String) throws(PolicyError) {
        var faults: [String] = []
        var left = 0
        for (index, line) in text.linesOfFile.enumerated() {
            let line = PolicyLine(line)
            guard !line.isEmpty else { continue }
            var clauses = line.faults
            if let pattern = line.pattern, let policy = line.policy(index + 1) {
                let key = pattern.domain.text[...]
                let known = pattern.isBelow ? below[key]?.policy : exact[pattern.domain]
                if let known {
                    clauses.append("\(pattern) stands in line \(known.line) already")
                } else if pattern.isBelow {
                    below[key] = (pattern, policy)
                } else {
                    exact[pattern.domain] = policy
                }
            }
            guard !clauses.isEmpty else { continue }
            if faults.count < Self.faultLimit {
                faults.append("\(LogLine.escaped(path)):\(index + 1): \(clauses.joined(separator: "; "))".ended)
            } else {
                left += 1
            }
        }
        if left > 0 { faults.append("\(LogLine.escaped(path)): \(left) further lines are at fault.") }
        guard faults.isEmpty else { throw PolicyError(sentences: faults) }
    }
}
