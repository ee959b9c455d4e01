import Rules

/// Why a rule has no test: it binds somebody else, or asks for nothing that a gate does.
public enum Excuse {
    /// The reason, by rule.
    public static var all: [String: String] {
        Dictionary(uniqueKeysWithValues: Rule.all.filter(\.asksNothing).map { ($0.id, $0.practice) })
    }
}
