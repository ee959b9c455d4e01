import DANE

/// A judgement in progress: a chain, reference names and a date, with which one record after another is compared.
///
/// It belongs to one call of `CertificateJudgement.judge` and its thread.
struct ChainJudge {
    /// The result for an anchor that the server sent.
    private struct Anchor {
        let finding: RecordFinding
        /// Whether it is a link of the server's chain, valid or not.
        let isLinked: Bool
    }

    /// The most signatures that are checked in one judgement. Three records with chains of three need nine.
    static let maximumSignatureChecks = 128
    /// The most anchors that only the DNS contains ("2 0 0", "2 1 0") to which paths are searched.
    static let maximumAnchorsFromDNS = 64

    /// The server's certificate; nil if it sent none, or one that cannot be read.
    let leaf: ChainElement?
    /// The other readable certificates that the server sent, in its order, without copies of the leaf or of each other.
    private let issuers: [ChainElement]
    private let names: [DomainName]
    private let date: Int64
    private lazy var search = PathSearch(
        leaf?.certificate.map { [$0] + issuers.compactMap(\.certificate) } ?? [])
    private lazy var presented = leaf?.certificate.map(PresentedNames.init)
    /// Whether the server sent, besides its own certificate, something that cannot be read as one. A path may lead
    /// through it.
    private lazy var hasUnreadable = holdsUnreadable || issuers.contains { $0.certificate == nil }
    private let holdsUnreadable: Bool
    /// Whether the server's certificate cannot be read here, although others may be able to.
    let isLeafUnreadable: Bool
    /// Whether a certificate is larger than the limit.
    private let isTooLarge: Bool
    private var comparisons = NameConstraints.maximumComparisons
    /// The results for anchors among the presented certificates. Several records may name the same one.
    private var known: [ObjectIdentifier: Anchor] = [:]
    private var signatureChecks = 0
    private var anchorsFromDNS = 0
    /// Whether a limit left a chain or key untried.
    var hasGivenUp: Bool {
        mutating get {
            signatureChecks > Self.maximumSignatureChecks || anchorsFromDNS > Self.maximumAnchorsFromDNS
                || comparisons < 0 || isTooLarge || search.hasGivenUp
        }
    }

    /// A judge of this chain, in DER, the leaf first. What cannot be read is left out.
    init(chain: [[UInt8]], names: [DomainName], date: Int64) {
        leaf = chain.first.flatMap { CertificateOutline(der: $0) }.map(ChainElement.init)
        var seen: Set<[UInt8]> = chain.first.map { [$0] } ?? []
        let others = chain.dropFirst().filter { seen.insert($0).inserted }
        issuers = others.compactMap { CertificateOutline(der: $0) }.map(ChainElement.init)
        // A SEQUENCE may be a certificate in a form of BER that is not read here. Anything else is a certificate to
        // nobody.
        let isUnreadable = { (der: [UInt8]) in
            der.first == DERReader.Tag.sequence && CertificateOutline(der: der) == nil
        }
        isLeafUnreadable = chain.first.map(isUnreadable) ?? false
        holdsUnreadable = others.contains(where: isUnreadable)
        isTooLarge = chain.contains { $0.count > CertificateOutline.maximumSize }
        self.names = names
        self.date = date
    }

    /// Compares the chain with one usable record.
    mutating func judge(_ record: UsableRecord) -> RecordFinding {
        guard let leaf else {
            return .unmatched("the server's certificate cannot be read")
        }
        switch record.usage {
        case .daneEE:
            // D-44, D-52, RFC 7672 §3.1.1, §3.2.1; E-05, RFC 7671 §5.1; T-09, RFC 6698 §2.1.1; F-08, F-70: names, dates
            // and chain do not matter.
            guard leaf.matches(record) else {
                return .unmatched("does not match the server's \(record.selector.noun)")
            }
            let explanation = "matches the server's \(record.selector.noun)"
            return RecordFinding(standing: .authenticates, depth: 0, explanation: explanation)
        case .daneTA:
            return judgeAnchor(record, leaf: leaf)
        }
    }

    /// Where the chain matches a record that does not decide; nil if nowhere.
    func depth(of record: UsableRecord) -> Int? {
        switch record.usage {
        case .daneEE: leaf.flatMap { $0.matches(record) ? 0 : nil }
        case .daneTA: issuers.firstIndex { $0.matches(record) }.map { $0 + 1 }
        }
    }

    /// The record names a trust anchor of the server's chain (T-09, RFC 6698 §2.1.1; RFC 7672 §3.1.2, RFC 7671 §5.2).
    private mutating func judgeAnchor(_ record: UsableRecord, leaf: ChainElement) -> RecordFinding {
        let finding = findAnchor(record, leaf: leaf)
        // F-74: what cannot be read may be what is missing. Another library may be able to read it.
        guard finding.standing <= .chainInvalid, leaf.certificate == nil || hasUnreadable else { return finding }
        let what = leaf.certificate == nil ? "the server's certificate" : "a certificate that the server sent"
        return RecordFinding(
            standing: .undecided, depth: finding.depth, explanation: "\(what) cannot be read; \(finding.explanation)")
    }

    private mutating func findAnchor(_ record: UsableRecord, leaf: ChainElement) -> RecordFinding {
        let (data, selector, matching) = (record.data, record.selector, record.matching)
        // T-10, RFC 6698 §2.1.1: the RFC does not say whether the server's own certificate may be its anchor. As in
        // OpenSSL, it may not.
        let matches = issuers.enumerated().filter { $0.element.matches(record) }
        let judged = matches.map { place, element in
            judge(presentedAnchor: element, place: place + 1)
        }
        let best = judged.max { $0.finding.standing < $1.finding.standing }
        if let best, selector == .cert || judged.contains(where: \.isLinked) { return best.finding }

        // E-08, RFC 7671 §5.2.2: a "2 0 0" certificate is an anchor even if the server did not send it. The server's
        // own certificate is not one (T-10).
        // E-10, RFC 7671 §5.2.3: a "2 1 0" key is an anchor if it signed the topmost certificate. The server's own key
        // is one too if it signed the server's certificate: the RFC asks for no more, and OpenSSL, and so Postfix,
        // delivers. The same holds for a key whose certificate the server sent without its being a link of the chain.
        if matching == .full, !leaf.matches(data, .cert, .full) {
            anchorsFromDNS += 1
            guard anchorsFromDNS <= Self.maximumAnchorsFromDNS else {
                return best?.finding ?? .unmatched("not tried: there are too many trust anchors in the DNS")
            }
            let finding = selector == .cert ? judge(anchorFromDNS: data) : judge(keyFromDNS: data)
            if let finding, best.map({ $0.finding.standing < finding.standing }) ?? true { return finding }
        }
        // D-46, RFC 7672 §3.1.2; E-06, RFC 7671 §5.2; F-04, F-05: the server must send the certificate of its anchor.
        if let best { return best.finding }
        guard leaf.matches(record) else {
            return .unmatched("matches no CA certificate that the server sent")
        }
        return .unmatched("matches the server's own \(selector.noun), which is no trust anchor (RFC 6698 2.1.1)")
    }

    /// - Returns: The finding, and whether the certificate is a link of the server's chain.
    private mutating func judge(presentedAnchor element: ChainElement, place: Int) -> Anchor {
        guard let anchor = element.certificate else {
            let explanation = "it matches a CA certificate that cannot be read"
            let finding = RecordFinding(standing: .chainInvalid, depth: place, explanation: explanation)
            return Anchor(finding: finding, isLinked: false)
        }
        if let known = known[ObjectIdentifier(anchor)] { return known }
        let explanation = "matches a CA certificate that the server sent, but no chain leads from the server's to it"
        let found = best(of: search.paths(to: anchor))
        let finding = found ?? RecordFinding(standing: .chainInvalid, depth: place, explanation: explanation)
        let judged = Anchor(finding: finding, isLinked: found != nil && anchor.isWellFormed)
        known[ObjectIdentifier(anchor)] = judged
        return judged
    }

    /// The finding for the certificate of a "2 0 0" record, which is an anchor although the server did not send it
    /// (E-08, RFC 7671 §5.2.2).
    ///
    /// - Returns: nil if no path leads to it.
    private mutating func judge(anchorFromDNS data: [UInt8]) -> RecordFinding? {
        guard let anchor = CertificateOutline(der: data).flatMap(X509Certificate.init) else { return nil }
        return best(of: search.paths(to: anchor))
    }

    /// The finding for the bare key of a "2 1 0" record, which is an anchor if it signed the topmost certificate (E-10,
    /// RFC 7671 §5.2.3).
    ///
    /// - Returns: nil if it did not.
    private mutating func judge(keyFromDNS data: [UInt8]) -> RecordFinding? {
        // The signature of each certificate may have to be checked.
        signatureChecks += issuers.count + 1
        guard signatureChecks <= Self.maximumSignatureChecks else { return nil }
        guard let key = PublicKey(spki: data[...]) else {
            let explanation = "the key is of a kind that GnuTLS does not know: it may have signed a certificate"
            return RecordFinding(standing: .undecided, depth: nil, explanation: explanation)
        }
        if let finding = best(of: search.paths(to: key)) { return finding }
        guard search.hasUnknownSignature else { return nil }
        let explanation = "a signature is of a kind that GnuTLS does not know: the key may have made it"
        return RecordFinding(standing: .undecided, depth: nil, explanation: explanation)
    }

    /// The finding of the path that comes closest to authenticating; nil if there is no path.
    private mutating func best(of paths: [CertificationPath]) -> RecordFinding? {
        var best: RecordFinding?
        for path in paths {
            let finding = judge(path)
            if best.map({ $0.standing < finding.standing }) ?? true { best = finding }
            if finding.standing == .authenticates { break }
        }
        return best
    }

    private mutating func judge(_ path: CertificationPath) -> RecordFinding {
        func finding(_ standing: RecordFinding.Standing, _ explanation: String) -> RecordFinding {
            RecordFinding(standing: standing, depth: path.depth, explanation: explanation)
        }
        signatureChecks += path.depth
        guard signatureChecks <= Self.maximumSignatureChecks else {
            return finding(.chainInvalid, "not tried: there are too many possible chains")
        }
        let chain = "the chain to \(path.isAnchoredByKey ? "the key above " : "")depth \(path.depth)"
        var doubt: String?
        switch path.validate(at: date, comparisons: &comparisons) {
        case .invalid(let fault), .tooMuch(let fault):
            return finding(.chainInvalid, "\(chain) does not verify: \(fault)")
        // The fact first, because a reply may have no room for the rest.
        case .notYetValid(let fault): return finding(.notYetValid, "\(fault), so \(chain) does not verify")
        case .expired(let fault): return finding(.expired, "\(fault), so \(chain) does not verify")
        case .undecided(let why): doubt = why
        case .valid: break
        }
        // D-53, D-54, RFC 7672 §3.2.2; E-20, RFC 7671 §10.2; F-06: the certificate must be for one of the reference
        // names.
        guard let name = presented?.firstMatch(among: names) else {
            let wanted = names.isEmpty ? "any reference name" : names.map(\.description).joined(separator: " or ")
            let actual = "the server's certificate is for \(presentedInWords), not for \(wanted)"
            return finding(.nameMismatch, doubt == nil ? "\(actual), though \(chain) verifies" : actual)
        }
        if let doubt { return finding(.undecided, "\(chain) cannot be judged: \(doubt)") }
        return finding(.authenticates, "\(chain) verifies for \(name)")
    }

    private var presentedInWords: String {
        mutating get {
            let names = presented?.names.map(\.text) ?? []
            guard !names.isEmpty else { return "no host name" }
            let more = names.count > 3 ? " and \(names.count - 3) more" : ""
            return names.prefix(3).joined(separator: ", ") + more
        }
    }
}

extension RecordFinding {
    /// The finding that nothing in the chain matches the record.
    fileprivate static func unmatched(_ explanation: String) -> RecordFinding {
        RecordFinding(standing: .unmatched, depth: nil, explanation: explanation)
    }
}

extension TLSARecord.Selector {
    /// What is selected, for use in a sentence.
    fileprivate var noun: String {
        switch self {
        case .cert: "certificate"
        case .spki: "key"
        }
    }
}
