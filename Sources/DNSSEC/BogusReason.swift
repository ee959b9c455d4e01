/// Why an answer is bogus, in words for the administrator of the domain.
///
/// It explains and never decides: what is bogus is libunbound's `bogus` flag alone. libunbound tells the reason as a text of its
/// own making, which is read as far as it is known; a text that is not is passed on as it is.
public struct BogusReason: Sendable, Hashable {
    /// What is wrong.
    public enum Kind: Sendable, Hashable {
        /// The signature's time is over.
        case expired
        /// The signature's time has not begun.
        case notYetValid
        /// There is no signature.
        case unsigned
        /// The signature does not match the data.
        case unverified
        /// The signature was made with a key that the zone does not publish.
        case unknownKey
        /// The DS records at the parent match no key of the zone.
        case noMatchingKey
        /// There are DS records at the parent, and no keys in the zone.
        case noKeys
        /// Whether there are DS records at the parent could not be found out.
        case unknownDelegation
        /// What should prove that there is nothing proves it not.
        case unproven
        /// Anything else; `detail` says it.
        case other
    }

    /// Records that are signed as one.
    public struct Subject: Sendable, Hashable {
        /// Their name, in lower case without a trailing dot; empty for the root.
        public let name: String
        /// Their type as in a zone file.
        public let type: String

        /// Records of a name and a type. What is not printable ASCII becomes `?`.
        public init(_ name: some StringProtocol, _ type: some StringProtocol) {
            let bare = name.hasSuffix(".") ? String(name.dropLast()) : String(name)
            self.name = WireText.printable(bare.lowercased().utf8)
            self.type = WireText.printable(type.utf8)
        }
    }

    /// What is wrong.
    public let kind: Kind
    /// What was asked for; nil where libunbound did not say.
    public let question: Subject?
    /// The records that the fault is of; nil where that is not known.
    public let subject: Subject?
    /// Whether the name asked for was said not to exist.
    public let deniesName: Bool
    /// Whether the answer held records; else it was a denial.
    let hasData: Bool
    /// When the signature ended or begins, in seconds since 1970; nil where that is not the fault, or not known.
    public let time: Int64?
    /// libunbound's own words: printable ASCII of bounded length.
    public let detail: String

    /// A reason of these parts.
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
