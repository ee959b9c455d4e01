/// A rule that a sender which does DANE keeps, or a failure that it meets, by its number.
///
/// The texts are for administrators: `danegate explain D-44` prints them. Each is one to three plain sentences, in the
/// words of the RFC. A test holds them to that.
public struct Rule: Hashable, Sendable {
    /// Its number, `D-44`; the letter tells the family.
    public let id: String
    /// Where it is written, or where it was seen.
    public let sources: [Source]
    /// What it says; of a failure what is seen.
    public let text: String
    /// What danegate does with it, and where that helps what an administrator has to do.
    public let practice: String
    /// Whether it binds somebody else and asks nothing of danegate, so that no test proves it. `practice` says why.
    public let asksNothing: Bool

    /// All of them: the table for one host (V), RFC 7672 (D), RFC 7671 (E), RFC 6698 (T), SMTP (S), null MX (N),
    /// STARTTLS (L), internationalized names (I), failures seen in the field (F).
    public static let all: [Rule] = [
        hostTable, lookups, nextHops, authentication, dane, records, smtp, fieldRecords, fieldDNS, fieldSMTP,
        fieldHosts,
        fieldSites, fieldAttacks,
    ].flatMap { $0 }

    /// A rule that danegate keeps. The lines of a text are joined.
    init(_ id: String, _ sources: Source..., says text: String, kept practice: String) {
        self.init(id, sources, text, practice, asksNothing: false)
    }

    /// A rule that asks nothing of danegate, and why.
    init(_ id: String, _ sources: Source..., says text: String, asksNothing reason: String) {
        self.init(id, sources, text, reason, asksNothing: true)
    }

    private init(_ id: String, _ sources: [Source], _ text: String, _ practice: String, asksNothing: Bool) {
        (self.id, self.sources, self.asksNothing) = (id, sources, asksNothing)
        self.text = text.split(separator: "\n").joined(separator: " ")
        self.practice = practice.split(separator: "\n").joined(separator: " ")
    }
}
