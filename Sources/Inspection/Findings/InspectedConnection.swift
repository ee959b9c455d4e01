public import Certificates
public import DANE
public import Probe

/// One connection to an address of a host, and what came of it.
public struct InspectedConnection: Sendable {
    /// What a connection was made for; the raw values are the `connection` of the JSON.
    public enum Purpose: String, Sendable {
        /// To find out what a delivering client meets.
        case first
        /// The same once more: the second look at a failure, or a comparison.
        case again
        /// What a client meets that takes RSA certificates alone.
        case rsaOnly = "rsa-only"
        /// What a client meets that takes ECDSA certificates alone.
        case ecdsaOnly = "ecdsa-only"
        /// What a client meets that names no server (SNI).
        case withoutName = "no-sni"
    }

    /// What it was made for.
    public let purpose: Purpose
    /// What is true of it alone.
    public let outcome: Outcome
    /// Why, as a sentence without a full stop.
    public let cause: String
    /// Whether the host was tried at all; not where there is no way there from here.
    public let isProbed: Bool
    /// What the probe saw.
    public let report: ProbeReport
    /// How the certificate was judged; nil where there was none.
    public let judgement: CertificateJudgement?
    /// Whether it had been made a while before, for another inspection: it speaks of that time.
    public let isKept: Bool

    /// Whether it proves a fault of the host, at the time of the inspection.
    var provesFault: Bool { !outcome.allowsDelivery && !outcome.isDoubt && !isKept }

    /// The certificate that the host showed; nil where there was none.
    var leaf: [UInt8]? { if case .secured(let session) = report.end { session.chain.first } else { nil } }

    /// The same connection, for another purpose.
    func `as`(_ purpose: Purpose) -> InspectedConnection {
        InspectedConnection(
            purpose: purpose, outcome: outcome, cause: cause, isProbed: isProbed, report: report, judgement: judgement,
            isKept: isKept)
    }
}
