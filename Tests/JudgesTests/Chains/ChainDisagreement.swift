/// A kind of disagreement between danegate and OpenSSL on one chain that is understood, and stays on purpose.
///
/// What else differs is not drawn. Dates: RFC 5280 §4.1.2.5 counts the second of notAfter, and OpenSSL does not. Names
/// in other scripts: RFC 4518 folds their case, and OpenSSL folds that of ASCII alone. Paths: OpenSSL follows one of
/// several CA certificates with one name, and danegate all (see `KnownDisagreement`). Certificates that OpenSSL cannot
/// read at all, for instance with a VisibleString in a name: no handshake comes about with it, and danegate judges what
/// it can read.
struct ChainDisagreement: Sendable {
    /// The section that decides.
    let section: String
    /// What is different, and why it stays.
    let why: String
    /// Whether a case is of this kind; as narrow as can be said.
    let holds: @Sendable (ChainExhibit) -> Bool

    /// All kinds.
    static let all =
        names + keys + [
            ChainDisagreement(
                section: "RFC 7672 §2.2",
                why: "danegate follows ten CA certificates below the anchor, and doubts where there are more"
            ) { $0.ours == .doubtful && $0.isCut && $0.drawn.marks.contains(.isLong) },
            ChainDisagreement(
                section: "RFC 5280 §6.1",
                why:
                    "OpenSSL takes a self-issued CA certificate without key identifiers for a root, or for the "
                    + "other of its name"
            ) { exhibit in
                guard exhibit.drawn.marks.contains(.hasAmbiguousIssuer) else { return false }
                // Directly below the certificate that it takes for a root it uses the bare key, and not the certificate
                // that has it.
                return exhibit.isLessThanOurs
                    && (exhibit.theirs.reason.contains(/num=(65|7):/) || exhibit.blamesTheOtherOfAName)
                    || exhibit.isMoreThanOurs && exhibit.drawn.hasBareKey
            },
            ChainDisagreement(
                section: "RFC 5280 §4.2",
                why: "OpenSSL takes a server's certificate with a malformed or doubled extension right below a bare key"
            ) { exhibit in
                exhibit.isMoreThanOurs && exhibit.drawn.marks.contains(.hasMalformedLeaf) && exhibit.drawn.hasBareKey
            },
            ChainDisagreement(
                section: "RFC 5280 §6.1.4 (k)",
                why:
                    "right below a bare key OpenSSL takes a CA by key usage alone; below an anchor basic "
                    + "constraints MUST say so"
            ) { exhibit in
                exhibit.isMoreThanOurs && exhibit.drawn.marks.contains(.isCAByUsageAlone)
                    && exhibit.reason.contains("an issuer is not a CA") && exhibit.reason.contains("to the key above")
            },
        ]

    /// What names and constraints say.
    private static let names = [
        ChainDisagreement(
            section: "RFC 5280 §4.2.1.10",
            why:
                "OpenSSL takes user, query and IP address of a URI for its host's name; danegate reads the "
                + "host by RFC 3986"
        ) { exhibit in
            exhibit.drawn.marks.contains(.hasOddURI)
                && (exhibit.isMoreThanOurs && exhibit.reason.contains("a URI")
                    || exhibit.isLessThanOurs && exhibit.theirs.reason.contains(/num=(47|48):/))
        },
        ChainDisagreement(
            section: "RFC 9598 §6",
            why: "OpenSSL puts two dots in front of a domain below which international mailboxes may be: it holds none"
        ) { exhibit in
            exhibit.drawn.marks.contains(.hasInternationalMailbox)
                && (exhibit.isMoreThanOurs && exhibit.reason.contains("a name of another form is excluded")
                    || exhibit.isLessThanOurs && exhibit.theirs.reason.contains("num=47:"))
        },
    ]

    /// What keys and signatures are worth.
    private static let keys = [
        ChainDisagreement(
            section: "RFC 6698 §4.1",
            why:
                "OpenSSL takes a full key that is no point of its curve for malformed; its frame is whole, "
                + "and bytes are compared"
        ) { exhibit in
            exhibit.ours == .refused && exhibit.theirs.verdict == .encrypted
                && exhibit.drawn.records.allSatisfy { $0.isWrong && $0.selector == 1 && $0.matching == 0 }
        },
        ChainDisagreement(
            section: "RFC 6698 §4.1",
            why:
                "where both a bare key and a certificate of it are in the DNS, OpenSSL goes by the "
                + "certificate; any one record suffices"
        ) { exhibit in
            exhibit.isLessThanOurs && exhibit.reason.contains("to the key above") && exhibit.drawn.hasBareKey
                && exhibit.drawn.records.contains { $0.usage == 2 && $0.selector == 0 && $0.matching == 0 }
        },
        ChainDisagreement(
            section: "RFC 7672 §3.1.1",
            why: "OpenSSL asks for 80 bits of security of a key under DANE-EE too, where the match alone counts"
        ) { exhibit in
            exhibit.isLessThanOurs && exhibit.theirs.reason.contains("num=66:")
                && exhibit.drawn.records.contains { $0.usage == 3 && !$0.isWrong }
        },
        ChainDisagreement(
            section: "RFC 7671 §5.2.3",
            why: "OpenSSL does not ask how strong the signature of a bare key is; SHA-1 proves nothing there either"
        ) { exhibit in
            exhibit.isMoreThanOurs && exhibit.drawn.marks.contains(.isBySHA1) && exhibit.drawn.hasBareKey
        },
    ]

    /// The kind that a disagreement is of; nil if it is of none that is known.
    static func kind(of exhibit: ChainExhibit) -> ChainDisagreement? { all.first { $0.holds(exhibit) } }
}

/// A drawn chain, and what danegate and OpenSSL make of it.
struct ChainExhibit: Sendable, CustomStringConvertible {
    let drawn: DrawnChain
    let ours: ChainVerdict
    /// Whether danegate left something out.
    let isCut: Bool
    /// danegate's words.
    let reason: String
    let theirs: OpenSSLChain.Opinion

    /// Whether OpenSSL takes what danegate refuses.
    var isMoreThanOurs: Bool { ours == .refused && theirs.verdict == .authenticated }
    /// Whether OpenSSL refuses what danegate takes.
    var isLessThanOurs: Bool { ours == .authenticated && theirs.verdict == .refused }

    var description: String {
        "danegate \(ours.rawValue) (\(reason)), OpenSSL \(theirs.verdict.rawValue) (\(theirs.reason)): \(drawn)"
    }
}

extension ChainExhibit {
    /// Whether OpenSSL refuses a self-issued certificate for what was done to the one above it, which has its name.
    fileprivate var blamesTheOtherOfAName: Bool {
        guard let depth = theirs.reason.firstMatch(of: /depth ([0-9]+): num=26:/).flatMap({ Int($0.1) }) else {
            return false
        }
        return drawn.words.contains("\(depth): self-issued")
            && drawn.words.contains("\(depth + 1): for clients or anything")
    }
}
