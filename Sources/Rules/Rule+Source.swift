extension Rule {
    /// Where a rule is written, or where a failure was seen.
    public enum Source: Hashable, Sendable, CustomStringConvertible {
        /// Sections of an RFC, or the whole of it.
        case document(Int, sections: [String])
        /// Who or what has the failure, in the plural.
        case field(String)
        /// What danegate was attacked with in its own tests, in the plural.
        case attack(String)
        /// Something else that has a name.
        case named(String)

        /// Sections of an RFC, `.rfc(7672, "2.2.2")`; without any, the whole of it.
        public static func rfc(_ number: Int, _ sections: String...) -> Source { .document(number, sections: sections) }

        /// As it is printed: `RFC 7672, Section 2.2.2`.
        public var description: String {
            switch self {
            case .document(let number, let sections):
                guard let last = sections.last else { return "RFC \(number)" }
                guard sections.count > 1 else {
                    return "RFC \(number), \(last.first?.isLetter == true ? "Appendix" : "Section") \(last)"
                }
                return "RFC \(number), Sections \(sections.dropLast().joined(separator: ", ")) and \(last)"
            case .field(let what): return "Seen in the field: \(what)"
            case .attack(let what): return "Tried against danegate in its tests: \(what)"
            case .named(let name): return name
            }
        }
    }
}
