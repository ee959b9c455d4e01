/// Why a rule has no test: it binds somebody else, or asks for nothing that a gate does.
public enum Excuse {
    /// The reason, by rule.
    public static let all: [String: String] = [:]
}
