/// Why an answer is bogus, in words for the administrator of the domain.
///
/// It explains and never decides: only libunbound's `bogus` flag decides what is bogus. libunbound gives the reason as
/// free text. Known phrases are translated, and an unknown text is passed on unchanged.
public struct BogusReason: Sendable, Hashable {
    /// What is wrong.
    public enum Kind: Sendable, Hashable {
        /// The signature has expired.
        case expired
        /// The signature is not valid yet.
        case notYetValid
        /// The records have no signature.
        case unsigned
        /// The signature does not match the data.
        case unverified
        /// The signature was made with a key that the zone does not publish.
        case unknownKey
        /// The DS records at the parent match none of the zone's keys.
        case noMatchingKey
        /// The parent has DS records, and the zone has no keys.
        case noKeys
        /// It could not be found out whether the parent has DS records.
        case unknownDelegation
        /// The proof that something does not exist is missing or wrong.
        case unproven
        /// Anything else. `detail` has the text.
        case other
    }

    /// A set of records of one name and type, which are signed together.
    public struct Subject: Sendable, Hashable {
        /// The name, in lower case without a trailing dot. Empty for the root.
        public let name: String
        /// The type as in a zone file.
        public let type: String

        /// Records with this name and type. Characters that are not printable ASCII become `?`.
        public init(_ name: some StringProtocol, _ type: some StringProtocol) {
            let bare = name.hasSuffix(".") ? String(name.dropLast()) : String(name)
            self.name = WireText.printable(bare.lowercased().utf8)
            self.type = WireText.printable(type.utf8)
        }
    }

    /// What is wrong.
    public let kind: Kind
    /// What was looked up; nil if libunbound did not say.
    public let question: Subject?
    /// The records that are at fault; nil if unknown.
    public let subject: Subject?
    /// Whether the answer says that the name does not exist.
    public let deniesName: Bool
    /// Whether the answer contains records. If not, it is a denial.
    let hasData: Bool
    /// When the signature ended or begins, in seconds since 1970; nil if its time is not the fault or is unknown.
    public let time: Int64?
    /// libunbound's own words, in printable ASCII of bounded length.
    public let detail: String

    /// A reason with these values.
    public init(
        _ kind: Kind, question: Subject? = nil, subject: Subject? = nil, deniesName: Bool = false,
        hasData: Bool = true, time: Int64? = nil, detail: String
    ) {
        self.kind = kind
        self.question = question
        self.subject = subject
        self.deniesName = deniesName
        self.hasData = hasData
        self.time = time
        self.detail = WireText.printable(detail.utf8)
    }
}
