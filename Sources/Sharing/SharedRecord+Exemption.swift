import Policy

/// Exemptions as hosts write them.
extension SharedRecord {
    /// An exemption, or its removal.
    init(_ exemption: Exemption, writer: String, at time: Int64) {
        // Whether mail is to pass does not depend on what decides the truth.
        self.init(writer: writer, at: time, settings: "")
        a = exemption.added
        u = exemption.until
        r = exemption.reason
        k = exemption.keeps ? true : nil
        b = Exemption.maker(exemption.by, on: writer)
        guard let ended = exemption.ended else { return }
        x = ended
        y = exemption.endedBy.map { Exemption.maker($0, on: writer) }
    }

    /// The exemption of the domains that a field names; nil if it is none, or could pretend to be something else.
    func exemption(of field: String) -> Exemption? {
        guard let pattern = DomainPattern(field), pattern.description == field, let a, let u, let r, let b,
            r.utf8.count <= Exemption.reasonLimit,
            [b, y ?? "-"].allSatisfy({ !$0.isEmpty && $0.utf8.count <= Exemption.makerLimit }),
            [r, b, y ?? "-"].allSatisfy(Exemption.isPlain)
        else { return nil }
        var exemption = Exemption(pattern, until: u, reason: r, keeps: k ?? false, by: b, added: a)
        // Who made it shows which host it comes from.
        guard exemption.isFromOtherHost else { return nil }
        guard let x else { return exemption }
        exemption.ended = x
        exemption.end = .removed
        exemption.endedBy = y
        return exemption
    }
}
