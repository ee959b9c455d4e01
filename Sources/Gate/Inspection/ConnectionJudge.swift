import Certificates
import DANE
import Probe

/// Rows V14 to V19: what a connection comes to by the TLSA records of its host.
struct ConnectionJudge {
    /// A report no older than this speaks of the time of the inspection, be it another one's.
    static let present = Duration.seconds(60)

    /// The host's TLSA records.
    let records: [TLSARecord]
    /// The names of which a DANE-TA certificate must carry one.
    let references: ReferenceIdentifiers
    let expiredEE: ExpiredEE
    /// Seconds since 1970, for the dates of certificates.
    let now: @Sendable () -> Int64

    /// Judges what a probe saw.
    ///
    /// - Parameters:
    ///   - report: What it saw.
    ///   - purpose: What it was made for.
    ///   - asked: When it was asked for.
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
        // F-120: what we lack speaks against nobody. It counts as a try, lest another address's failure count alone.
        case .crowded(let why): (outcome, cause) = (.pending, why)
        case .withheld(let why, let earlier):
            // An earlier connection is no new one: nobody is vouched for because of it.
            isProbed = false
            (outcome, cause) = (.unprobed, why)
            if let earlier {
                let connection = leftAlone(why, earlier, asked: asked)
                (outcome, cause, judgement) = (connection.outcome, connection.cause, connection.judgement)
                // It counts as a try, lest another address's failure count alone.
                isProbed = outcome.isDoubt
            }
        case .unreachable(_, let why): (outcome, cause) = (.unreachable, why)
        case .startTLSNotOffered(let why), .startTLSRefused(let why): (outcome, cause) = (.startTLSNotSupported, why)
        case .tlsFailed(let why): (outcome, cause) = (.tlsFailed, why)
        case .secured(let session):
            let judged = CertificateJudgement.judge(
                chain: session.chain, records: records, names: references.names, at: now())
            judgement = judged
            (outcome, cause) = (judged.outcome(records, expiredEE), judged.reason)
            if let unread = session.unread {
                // F-80: GnuTLS went no further than the certificate, which is judged all the same. Whether the host has
                // its key is checked by its signature on the handshake; where that cannot be done (RSA key exchange, a key
                // that GnuTLS does not know) a match is believed. The gate only foresees what the MTA will meet, and the
                // MTA, which does check, delivers to nobody without the key: to doubt would defer a good domain for ever.
                cause += "; GnuTLS does not read the server's certificate (\(unread.fault))"
                if !unread.isProven { cause += ", and its key was not tried" }
            }
            if judged.isDoubtful {
                // A bound of ours proves nothing of the host, nor does what our library does not know.
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

    /// F-125: what follows for a host that is left alone from what an earlier connection to its address came to.
    ///
    /// It proves that the host is in order only where that was called by the same name, a while ago at most. And it never
    /// proves that the host is not: what it failed in may have been mended, and another name may get another certificate.
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
