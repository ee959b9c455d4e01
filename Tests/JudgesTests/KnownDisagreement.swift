import World

/// A kind of disagreement that is understood: danegate keeps to an RFC, and the judge does something else.
struct KnownDisagreement: Sendable {
    /// The judge.
    let judge: Exhibit.Judge
    /// The section that decides.
    let section: String
    /// What the judge does.
    let why: String
    /// Whether an exhibit is of this kind; as narrow as can be said.
    let holds: @Sendable (Exhibit) -> Bool

    /// All kinds.
    static let all: [KnownDisagreement] =
        records + names + bounds + breakers + [Exhibit.Judge.openssl, .postfix].flatMap { paths($0) + [keys($0)] }
        + [
            KnownDisagreement(
                judge: .openssl, section: "RFC 3207 §4.2", why: "takes bytes sent in clear behind the 220"
            ) { $0.ours == .withoutTLS && $0.cause.contains("CVE-2011-0411") && $0.theirs.verdict == .authenticated },
            KnownDisagreement(
                judge: .postfix, section: "RFC 3207 §4.2", why: "takes bytes sent in clear behind the 220"
            ) { $0.ours == .withoutTLS && $0.cause.contains("CVE-2011-0411") && $0.theirs.verdict == .authenticated },
            KnownDisagreement(
                judge: .postfix, section: "RFC 7672 §2.2.1", why: "applies DANE although the MX records are insecure"
            ) { $0.ours == .plain && $0.cause == "its MX records are insecure" && !$0.theirs.verdict.delivers },
            KnownDisagreement(
                judge: .postfix, section: "RFC 7505 §3",
                why: "takes a null MX beside other MX records for the last word"
            ) { $0.ours.delivers && $0.theirs.verdict == .unreached && $0.theirs.reason.contains("(nullMX)") },
        ]

    /// The kind that a disagreement is of; nil if it is of none that is known.
    static func kind(of exhibit: Exhibit) -> KnownDisagreement? {
        all.first { $0.judge == exhibit.judge && $0.holds(exhibit) }
    }

    /// What the records are worth.
    private static let records = [
        KnownDisagreement(
            judge: .openssl, section: "RFC 7672 §3.1.3", why: "asks usages 0 and 1 for authentication"
        ) { exhibit in
            exhibit.ours == .encrypted && exhibit.theirs.verdict == .refused
                && exhibit.records.contains { $0.usage <= 1 } && !exhibit.records.contains(where: \.usable)
        },
        KnownDisagreement(judge: .openssl, section: "RFC 6698 §4.1", why: "cannot read a record without data") {
            $0.theirs.verdict == .unknown && $0.theirs.reason.contains("Could not allocate 0 bytes")
                && $0.records.contains(where: \.data.isEmpty)
        },
        KnownDisagreement(judge: .postfix, section: "RFC 6698 §4.1", why: "crashes on a record without data") {
            $0.theirs.verdict == .unknown && $0.theirs.reason.contains("mymalloc: requested length 0")
                && ($0.records.contains(where: \.data.isEmpty) || $0.cause.contains("which makes Postfix 3.7 crash"))
        },
    ]

    /// Disagreements about what a chain must be. Postfix judges it by OpenSSL. `ChainDisagreement` has the differences
    /// that only chains show that no host here has.
    private static func paths(_ judge: Exhibit.Judge) -> [KnownDisagreement] {
        [
            KnownDisagreement(
                judge: judge, section: "RFC 5280 §6.1.4 (k)",
                why:
                    "takes a certificate of version 3 without basic constraints for a CA's right below a bare key, by "
                    + "keyCertSign"
            ) { exhibit in
                exhibit.ours == .refused && exhibit.cause.contains("an issuer is not a CA")
                    && exhibit.cause.contains("to the key above") && exhibit.theirs.verdict == .authenticated
                    && exhibit.drawn?.chain.dropFirst().contains { !$0.isCA && $0.keyUsage == .issuing } == true
            },
            KnownDisagreement(
                judge: judge, section: "RFC 5280 §6.1",
                why:
                    "follows the first of two CA certificates with one name and key, though another path leads to the "
                    + "anchor"
            ) { exhibit in
                guard let drawn = exhibit.drawn, case .twin(let depth) = drawn.company,
                    let twin = drawn.sent.firstIndex(of: drawn.chain.count)
                else { return false }
                // No match, or with records of usages 0 and 1 about, no root of a public CA.
                return exhibit.ours == .authenticated && exhibit.theirs.verdict == .refused
                    && exhibit.theirs.reason.contains(/num=(65|19):/)
                    && twin < drawn.sent.firstIndex(of: depth) ?? .max
            },
        ]
    }

    /// What data is malformed.
    private static func keys(_ judge: Exhibit.Judge) -> KnownDisagreement {
        KnownDisagreement(
            judge: judge, section: "RFC 6698 §4.1",
            why:
                "takes a full key that is no point of its curve for malformed; its frame is whole, and bytes are "
                + "compared"
        ) { exhibit in
            // It must be all there is.
            exhibit.ours == .refused && exhibit.theirs.verdict == .encrypted
                && exhibit.records.allSatisfy { !$0.usable || ($0.selector == 1 && $0.matching == 0) }
                && exhibit.drawn?.records.contains { record in
                    guard
                        case (1, 0, .certificate(let depth), .lastBit) =
                            (record.selector, record.matching, record.content, record.damage)
                    else { return false }
                    return [.p256, .p384].contains(exhibit.drawn?.chain[depth].algorithm)
                } == true
        }
    }

    /// What a certificate is for.
    private static let names = [
        KnownDisagreement(
            judge: .openssl, section: "RFC 7672 §3.2.3", why: "lets an asterisk stand for a part of a label"
        ) { exhibit in
            exhibit.ours == .refused && exhibit.cause.contains("the server's certificate is for")
                && exhibit.theirs.verdict == .authenticated
                && exhibit.theirs.reason.contains(/Verified peername: (?!\*\.)[^ ]*\*/)
        },
        KnownDisagreement(
            judge: .postfix, section: "RFC 7672 §3.2.2", why: "forgets the original name of an alias without MX records"
        ) { exhibit in
            exhibit.ours == .authenticated && exhibit.theirs.verdict == .refused
                && exhibit.theirs.reason.contains("num=62:hostname mismatch")
                && exhibit.theirs.place?.name == exhibit.subject
                && exhibit.cause.contains("verifies for \(exhibit.subject)")
        },
    ]
}
