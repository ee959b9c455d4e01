/// All mail domains of the world, in the order of the verdict table (V1 to V19).
public enum MailDomains {
    /// All of them.
    public static let all: [MailDomain] = [
        names, addresses, records, authentication, paths, reachability, rules, backends, failures, field,
        hostileOnes,
    ].flatMap(\.self)

    /// Those that mean harm, or without measure.
    public static let hostileOnes: [MailDomain] = hostile + hostileNames

    /// The domain of a label.
    ///
    /// - Precondition: There is one.
    public static func named(_ label: String) -> MailDomain {
        guard let domain = all.first(where: { $0.label == label }) else { preconditionFailure("no domain \(label)") }
        return domain
    }
}
