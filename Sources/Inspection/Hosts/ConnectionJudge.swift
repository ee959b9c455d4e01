import Certificates
import DANE
import Probe

/// Judges one connection by the TLSA records of its host (rows V14 to V19 of the decision table, RFC 7672 §2.2 and §3).
struct ConnectionJudge {
    /// A report that is no older than this counts as one of the present, even if it was made for another inspection.
    static let present = Duration.seconds(60)

    /// The host's TLSA records.
    let records: [TLSARecord]
    /// The names of which a DANE-TA certificate must contain one.
    let references: ReferenceIdentifiers
    let expiredEE: ExpiredEE
    /// Seconds since 1970, for the dates of certificates.
    let now: @Sendable () -> Int64

    /// Judges what a probe saw.
    ///
    /// - Parameters:
    ///   - report: What it saw.
    ///   - purpose: What the connection was for.
    ///   - asked: When it was requested.
    func judge(
        _ report: ProbeReport, for purpose: InspectedConnection.Purpose, asked: ContinuousClock.Instant
    ) -> InspectedConnection {
        var judgement: CertificateJudgement?
        var isProbed = true
        var (outcome, cause): (Outcome, String)
        switch report.end {
        case .notProbed(let why):
            isProbed = false
            (outcome, cause) = (.unreachable, why)
        // F-120: a lack on our side proves nothing about the host. It counts as a try, so that the failure of another
        // address does not decide alone.
        case .crowded(let why): (outcome, cause) = (.pending, why)
        case .withheld(let why, let earlier):
            // An earlier connection is not a new one, so it does not count as an authentication.
            isProbed = false
            (outcome, cause) = (.unprobed, why)
            if let earlier {
                let connection = leftAlone(why, earlier, asked: asked)
                (outcome, cause, judgement) = (connection.outcome, connection.cause, connection.judgement)
                // It counts as a try, so that the failure of another address does not decide alone.
                isProbed = outcome.isDoubt
            }
        case .foreign(let foreign):
            // Like an earlier connection, it is not one of the present, and no fault can come of it.
            isProbed = false
            let place = records.firstIndex(of: foreign.record).map { "TLSA record \($0 + 1), " } ?? ""
            outcome = .verified
            cause =
                "\(place)\(foreign.record.names): the server was authenticated by another host, "
                + "\(foreign.writer), on an earlier connection"
        // F-54, F-55, F-76: nothing is known about the host's TLS.
        case .unreachable(_, let why): (outcome, cause) = (.unreachable, why)
        // V14, V16; D-16, D-43, RFC 7672 §2.2, §2.2.3; F-50, F-51: TLS is mandatory, and the host does not offer it.
        case .startTLSNotOffered(let why), .startTLSRefused(let why): (outcome, cause) = (.startTLSNotSupported, why)
        // V14, V16; D-16, D-43, RFC 7672 §2.2, §2.2.3; F-56, F-58, F-60: TLS is mandatory, and it fails.
        case .tlsFailed(let why): (outcome, cause) = (.tlsFailed, why.description)
        // V15, V17, V18, V19; D-51, RFC 7672 §3.2: TLS works, and the certificate decides.
        case .secured(let session):
            let judged = CertificateJudgement.judge(
                chain: session.chain, records: records, names: references.names, at: now())
            judgement = judged
            (outcome, cause) = (judged.outcome(records, expiredEE), judged.reason)
            if let unread = session.unread {
                // F-80: GnuTLS stopped after the certificate, which is judged nevertheless. The host's signature on the
                // handshake shows whether it has the key. If that cannot be checked (RSA key exchange, or a key that
                // GnuTLS does not know), a match is believed: the gate only predicts what the MTA will find, and the
                // MTA checks the key itself and delivers to nobody without it. A doubt would defer mail for a good
                // domain for ever.
                cause += "; GnuTLS does not read the server's certificate (\(unread.fault))"
                if !unread.isProven { cause += ", and its key was not tried" }
            }
            if judged.isDoubtful {
                // F-74: neither our own limits nor what our library does not know proves anything about the host.
                let doubt =
                    judged.isCut
                    ? "it has more records or certificates than are judged" : "its certificates cannot be judged here"
                cause = "\(doubt): \(judged.reason)"
            }
        }
        return InspectedConnection(
            purpose: purpose, outcome: outcome, cause: cause, isProbed: isProbed, report: report,
            judgement: judgement, isKept: asked - report.taken > Self.present)
    }

    /// What an earlier connection to its address says about a host that is not probed now (F-125).
    ///
    /// It proves that the host is good only if the connection used the same name, a short while ago at most. It never
    /// proves that the host is bad: a fault may have been repaired, and another name may get another certificate.
    private func leftAlone(
        _ why: String, _ earlier: ProbeReport.Earlier, asked: ContinuousClock.Instant
    ) -> (outcome: Outcome, cause: String, judgement: CertificateJudgement?) {
        let last = judge(ProbeReport(end: earlier.end), for: .first, asked: asked)
        guard last.outcome.allowsDelivery else {
            let name = earlier.likeness == .otherName ? ", under another name" : ""
            return (
                earlier.likeness == .same || earlier.likeness == .sameOutOfDate ? .unreachable : .pending,
                "\(why); on an earlier connection\(name): \(last.cause)", nil
            )
        }
        switch earlier.likeness {
        case .same, .sameName: return (last.outcome, "\(last.cause), on an earlier connection", last.judgement)
        case .sameOutOfDate, .otherName: return (.unprobed, why, nil)
        }
    }
}
