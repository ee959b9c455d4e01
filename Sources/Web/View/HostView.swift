import Certificates
import DANE
import Inspection
import Probe
import Support

/// A host as the page of a test shows it: its records, and its addresses with what each connection saw.
struct HostView: Codable, Sendable {
    /// The most hosts that are shown, and the most of what each has.
    static let most = 14
    fileprivate static let (mostRecords, mostAddresses, mostCertificates) = (14, 6, 4)

    struct Record: Codable, Sendable {
        let text: String
        let tone: ResultView.Tone
        let mark: String
        let says: String
    }
    struct Address: Codable, Sendable {
        let address: String
        let connections: [Connection]
    }
    struct Connection: Codable, Sendable {
        let purpose: String
        let tone: ResultView.Tone
        let mark: String
        let result: String
        let why: String
        let tls: String?
        let certificates: [Certificate]
        let hasCertificates: Bool
    }
    struct Certificate: Codable, Sendable {
        let depth: String
        let subject: String
        let issuer: String
        let names: String?
        let dates: String
        let key: String
        let record: String
    }

    let anchor: String
    let name: String
    let preference: String
    let tone: ResultView.Tone
    let mark: String
    let word: String
    let outcome: String
    let why: String
    let base: String?
    let records: [Record]
    let hasRecords: Bool
    let addresses: [Address]

    init(_ host: InspectedHost, number: Int, port: UInt16) {
        anchor = "host-\(number)"
        name = PageText.of(host.finding.name)
        preference = "\(host.finding.preference)"
        tone = Self.tone(host.finding.outcome, isDegraded: host.finding.isDegraded)
        (mark, word) = (tone.mark, tone.word)
        outcome = host.finding.outcome.rawValue
        why = PageText.of(host.finding.cause)
        base = host.base.flatMap { $0.tlsaOwner(port: port) }.map { PageText.of($0.description) }
        let judged = host.addresses.compactMap { $0.judgement?.records }
        records = host.records.prefix(Self.mostRecords).enumerated().map { index, record in
            let findings = judged.compactMap { $0.indices.contains(index) ? $0[index] : nil }
            let isMatched = findings.contains { $0.standing == .authenticates }
            let best = findings.max { $0.standing < $1.standing }
            let tone: ResultView.Tone =
                isMatched
                ? .good
                : best?.standing == .setAside || !record.fullUsability.isUsable
                    ? .plain : findings.isEmpty ? .doubt : .bad
            let reason: String? = if case .unusable(let why) = record.fullUsability { why } else { nil }
            return Record(
                text: PageText.of(record.presentation, limit: 300), tone: tone, mark: tone.mark,
                says: PageText.of(reason ?? best?.explanation ?? "it was not compared"))
        }
        hasRecords = !records.isEmpty
        addresses = host.addresses.prefix(Self.mostAddresses).map { address in
            // Each chain stands where it was first sent.
            var shown: Set<[[UInt8]]> = []
            let connections = address.connections.map { Connection($0, shown: &shown) }
            return Address(address: "\(address.finding.address)", connections: connections)
        }
    }

    static func tone(_ outcome: Outcome, isDegraded: Bool) -> ResultView.Tone {
        // Nobody has connected: that is no sign for it, nor against it.
        if outcome.isDoubt || outcome == .unprobed { return .doubt }
        guard outcome.allowsDelivery else { return .bad }
        if isDegraded { return .note }
        return outcome == .verified || outcome == .encrypted ? .good : .plain
    }
}

extension HostView.Connection {
    /// What a connection saw.
    ///
    /// - Parameter shown: The chains that stand on the page already.
    init(_ connection: InspectedConnection, shown: inout Set<[[UInt8]]>) {
        purpose = connection.purpose.words
        // What a client with fewer abilities meets is no fault.
        let isOffer = connection.purpose == .rsaOnly || connection.purpose == .ecdsaOnly
        tone =
            isOffer && !connection.outcome.allowsDelivery && connection.outcome != .tlsaInvalid
            ? .plain : HostView.tone(connection.outcome, isDegraded: false)
        mark = tone.mark
        result = connection.outcome.rawValue
        why = PageText.of(connection.cause)
        guard case .secured(let session) = connection.report.end else {
            (tls, certificates, hasCertificates) = (nil, [], false)
            return
        }
        let group = session.group.map { ", \($0)" } ?? ""
        tls = "\(session.protocolVersion), \(session.cipherSuite)\(group)"
        guard shown.insert(session.chain).inserted else {
            (certificates, hasCertificates) = ([], false)
            return
        }
        let details = session.chain.prefix(HostView.mostCertificates).map(CertificateDetails.init(der:))
        certificates = details.enumerated().map { depth, details in
            guard let details else { return HostView.Certificate(unreadable: depth) }
            return HostView.Certificate(details, depth: depth)
        }
        hasCertificates = !certificates.isEmpty
    }
}

extension HostView.Certificate {
    fileprivate init(_ details: CertificateDetails, depth: Int) {
        func day(_ time: Int64) -> String { time < 0 ? "?" : String(UnixTime.text(time).prefix(10)) }
        self.depth = "\(depth)"
        subject = PageText.of(details.subject)
        issuer = PageText.of(details.issuer)
        names = details.names.isEmpty ? nil : PageText.of(details.names.prefix(12).joined(separator: ", "))
        dates = "\(day(details.notBefore)) to \(day(details.notAfter))"
        key = "\(details.keyAlgorithm) \(details.keyBits)"
        record = "\(depth == 0 ? 3 : 2) 1 1 \(details.spkiSHA256)"
    }

    fileprivate init(unreadable depth: Int) {
        self.depth = "\(depth)"
        (subject, issuer, names, dates, key, record) = ("not readable", "nobody that can be read", nil, "", "", "")
    }
}
