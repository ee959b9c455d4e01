public import DANE

/// A mail domain of the world: how it is built, which case of the verdict table it stands for (V1 to V19), and the
/// outcome that is expected.
///
/// Another domain is another entry in one of the tables:
///
///     MailDomain("tlsa-invalid", "V19", .tlsaInvalid) { draft in
///         try await draft.host(.normal(draft.chain()), tlsa: draft.otherChain().tlsa())
///     }
public struct MailDomain: Sendable, CustomStringConvertible {
    /// Its name below `example`, and the key of its expectations.
    public let label: String
    /// The row of the table, V1 to V19, or the outcome it is an example of.
    public let row: String
    /// The rules that it proves, by number; the row among them if it is one.
    public let rules: [String]
    /// What must come out.
    public let outcome: Outcome
    /// Whether a host before or beside the deciding one fails.
    public let isDegraded: Bool
    /// Whether its data would crash an MTA.
    public let isHazard: Bool
    /// Whether the policy file demands DANE of it.
    public let isRequired: Bool
    /// Whether a client may come to another outcome that connects at another time, or to another of the addresses.
    public let isFickle: Bool
    /// Whether its hosts do no more than keep a client waiting: what comes out tells of the client's patience alone.
    public let isWaiting: Bool
    let build: @Sendable (inout Draft) async throws -> Void

    /// A domain.
    ///
    /// - Parameters:
    ///   - label: Its label below `example`.
    ///   - row: The case of the verdict table, V1 to V19, or the rule that the domain is about.
    ///   - outcome: What must come out.
    ///   - rules: Further rules that it proves, by number.
    ///   - degraded: Whether a host before or beside the deciding one fails.
    ///   - hazard: Whether its data would crash an MTA.
    ///   - required: Whether the policy file is to demand DANE of it.
    ///   - fickle: Whether a client may come to another outcome at another time or address.
    ///   - waiting: Whether its hosts do no more than keep a client waiting.
    ///   - build: Adds records, hosts and faults to a draft that holds an empty, signed zone.
    public init(
        _ label: String, _ row: String, _ outcome: Outcome, rules: String..., degraded: Bool = false,
        hazard: Bool = false,
        required: Bool = false, fickle: Bool = false, waiting: Bool = false,
        build: @escaping @Sendable (inout Draft) async throws -> Void
    ) {
        self.init(
            label, row, outcome, rules: rules, degraded: degraded, hazard: hazard, required: required, fickle: fickle,
            waiting: waiting, build: build)
    }

    /// A domain, its rules as a list.
    init(
        _ label: String, _ row: String, _ outcome: Outcome, rules: [String], degraded: Bool = false,
        hazard: Bool = false,
        required: Bool = false, fickle: Bool = false, waiting: Bool = false,
        build: @escaping @Sendable (inout Draft) async throws -> Void
    ) {
        self.label = label
        self.row = row
        self.rules = (row.first?.isUppercase == true ? [row] : []) + rules
        self.outcome = outcome
        self.isDegraded = degraded
        self.isHazard = hazard
        self.isRequired = required
        self.isFickle = fickle
        self.isWaiting = waiting
        self.build = build
    }

    /// The domain's name.
    public var name: String { "\(label).example" }

    /// The domain's name, for the name of a test case.
    public var description: String { name }
}
