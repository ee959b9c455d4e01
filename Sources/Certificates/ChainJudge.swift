import DANE

/// One judgement at work: a chain, reference names and a date, to which record after record is held.
///
/// Belongs to one call of `CertificateJudgement.judge` and its thread.
struct ChainJudge {
    /// The most signatures that are checked in one judgement; three records with chains of three take nine.
    static let maximumSignatureChecks = 128

    /// The server's certificate; nil if it sent none, or one that cannot be read.
    let leaf: ChainElement?
    /// The rest of what the server sent, readable, in its order, without repetitions of the leaf or each other.
    private let issuers: [ChainElement]
    private let names: [DomainName]
    private let date: Int64
    private lazy var search = PathSearch([leaf].compactMap { $0?.certificate } + issuers.compactMap(\.certificate))
    private lazy var presented = leaf?.certificate.map(PresentedNames.init)
    /// What is known of anchors among the presented certificates: several records may name the same one.
    private var known: [ObjectIdentifier: RecordFinding] = [:]
    private var signatureChecks = 0
    /// Whether a chain or key was not tried, for there were too many.
    var hasGivenUp: Bool {
        mutating get { signatureChecks > Self.maximumSignatureChecks || search.hasGivenUp }
    }

    /// A judge of this chain, leaf first, in DER. What cannot be read is left out.
    init(chain: [[UInt8]], names: [DomainName], date: Int64) {
        leaf = chain.first.flatMap { CertificateOutline(der: $0) }.map(ChainElement.init)
        var seen: Set<[UInt8]> = chain.first.map { [$0] } ?? []
        issuers = chain.dropFirst().filter { seen.insert($0).inserted }
            .compactMap { CertificateOutline(der: $0) }.map(ChainElement.init)
        self.names = names
        self.date = date
    }

    /// Holds the chain to one record that can be used.
    mutating func judge(
        _ data: [UInt8], _ usage: TLSARecord.Usage, _ selector: TLSARecord.Selector, _ matching: TLSARecord.MatchingType
    ) -> RecordFinding {
        guard let leaf else {
            return .unmatched("the server's certificate cannot be read")
        }
        switch usage {
        case .daneEE:
            // RFC 7672 §3.1.1, RFC 7671 §5.1: neither names nor dates nor a chain count.
            guard leaf.matches(data, selector, matching) else {
                return .unmatched("does not match the server's \(selector.noun)")
            }
            let explanation = "matches the server's \(selector.noun)"
            return RecordFinding(standing: .authenticates, depth: 0, explanation: explanation)
        case .daneTA:
            return judgeAnchor(data, selector, matching, leaf: leaf)
        }
    }

    /// Where the data of a record that is not asked to decide is found in the chain; nil if nowhere.
    func depth(
        of data: [UInt8], _ usage: TLSARecord.Usage, _ selector: TLSARecord.Selector,
        _ matching: TLSARecord.MatchingType
    ) -> Int? {
        switch usage {
        case .daneEE: leaf.flatMap { $0.matches(data, selector, matching) ? 0 : nil }
        case .daneTA: issuers.firstIndex { $0.matches(data, selector, matching) }.map { $0 + 1 }
        }
    }

    /// RFC 7672 §3.1.2, RFC 7671 §5.2: the record names a trust anchor of the server's chain.
    private mutating func judgeAnchor(
        _ data: [UInt8], _ selector: TLSARecord.Selector, _ matching: TLSARecord.MatchingType, leaf: ChainElement
    ) -> RecordFinding {
        // RFC 6698 §2.1.1 leaves open whether the server's own certificate may be its anchor. Like OpenSSL: no.
        let matches = issuers.enumerated().filter { $0.element.matches(data, selector, matching) }
        let findings = matches.map { place, element in
            judge(presentedAnchor: element, place: place + 1)
        }
        if let best = findings.max(by: { $0.standing < $1.standing }) { return best }

        // The server's own certificate is no anchor as "2 0 0" either. Its own key as "2 1 0" is one, as far as it has signed the
        // certificate: RFC 7671 §5.2.3 asks for no more, and OpenSSL, hence Postfix, delivers.
        if matching == .full, !leaf.matches(data, .cert, .full) {
            let finding = selector == .cert ? judge(anchorFromDNS: data) : judge(keyFromDNS: data)
            if let finding { return finding }
        }
        guard leaf.matches(data, selector, matching) else {
            return .unmatched("matches no CA certificate that the server sent")
        }
        return .unmatched("matches the server's own \(selector.noun), which is no trust anchor (RFC 6698 2.1.1)")
    }

    private mutating func judge(presentedAnchor element: ChainElement, place: Int) -> RecordFinding {
        guard let anchor = element.certificate else {
            let explanation = "matches a CA certificate that cannot be read"
            return RecordFinding(standing: .chainInvalid, depth: place, explanation: explanation)
        }
        if let finding = known[ObjectIdentifier(anchor)] { return finding }
        let explanation = "matches a CA certificate that the server sent, but no chain leads from the server's to it"
        let finding =
            best(of: search.paths(to: anchor))
            ?? RecordFinding(standing: .chainInvalid, depth: place, explanation: explanation)
        known[ObjectIdentifier(anchor)] = finding
        return finding
    }

    /// RFC 7671 §5.2.2: the certificate of a "2 0 0" record is an anchor although the server did not send it. Nil if nothing
    /// leads to it.
    private mutating func judge(anchorFromDNS data: [UInt8]) -> RecordFinding? {
        guard let anchor = CertificateOutline(der: data).flatMap(X509Certificate.init) else { return nil }
        return best(of: search.paths(to: anchor))
    }

    /// RFC 7671 §5.2.3: the bare key of a "2 1 0" record is an anchor if it has signed the topmost certificate. Nil if it has
    /// not.
    private mutating func judge(keyFromDNS data: [UInt8]) -> RecordFinding? {
        // Each certificate's signature may be checked.
        signatureChecks += issuers.count + 1
        guard signatureChecks <= Self.maximumSignatureChecks, let key = PublicKey(spki: data[...]) else { return nil }
        return search.path(to: key).flatMap { best(of: [$0]) }
    }

    /// The finding of the path that comes closest to authenticating; nil if there is none.
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
        switch path.validate(at: date) {
        case .invalid(let fault): return finding(.chainInvalid, "\(chain) does not verify: \(fault)")
        // The fact first: a reply may have no room for the rest.
        case .notYetValid(let fault): return finding(.notYetValid, "\(fault), so \(chain) does not verify")
        case .expired(let fault): return finding(.expired, "\(fault), so \(chain) does not verify")
        case .valid: break
        }
        // RFC 7672 §3.2.2: under DANE-TA the server's certificate must be for one of the reference names.
        if let name = presented?.firstMatch(among: names) {
            return finding(.authenticates, "\(chain) verifies for \(name)")
        }
        let wanted = names.isEmpty ? "any reference name" : names.map(\.description).joined(separator: " or ")
        let actual = "the server's certificate is for \(presentedInWords), not for \(wanted)"
        return finding(.nameMismatch, "\(actual), though \(chain) verifies")
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
    /// The finding that the chain has nothing the record is about.
    fileprivate static func unmatched(_ explanation: String) -> RecordFinding {
        RecordFinding(standing: .unmatched, depth: nil, explanation: explanation)
    }
}

extension TLSARecord.Selector {
    /// What is selected, in a sentence.
    fileprivate var noun: String {
        switch self {
        case .cert: "certificate"
        case .spki: "key"
        }
    }
}
