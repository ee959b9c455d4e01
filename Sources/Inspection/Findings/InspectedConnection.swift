public import Certificates
public import DANE
public import Probe

/// One connection to an address of a host, and its result.
public struct InspectedConnection: Sendable {
    /// What a connection was for. The raw values are the values of `connection` in JSON.
    public enum Purpose: String, Sendable {
        /// To see what a delivering client sees.
        case first
        /// The same again, for the second look at a failure or for a comparison.
        case again
        /// To see what a client sees that accepts only RSA certificates.
        case rsaOnly = "rsa-only"
        /// To see what a client sees that accepts only ECDSA certificates.
        case ecdsaOnly = "ecdsa-only"
        /// To see what a client sees that sends no server name (SNI).
        case withoutName = "no-sni"
    }

    /// What it was for.
    public private(set) var purpose: Purpose
    /// What is true about this connection alone.
    public let outcome: Outcome
    /// Why, as a sentence without a full stop.
    public let cause: String
    /// Whether the host was tried at all. False if this machine has no route to it.
    public let isProbed: Bool
    /// What the probe saw.
    public let report: ProbeReport
    /// The judgement of the certificate; nil if there was none.
    public let judgement: CertificateJudgement?
    /// Whether it was made some time before, for another inspection. It is then about that time.
    public let isKept: Bool

    /// Whether it proves a fault of the host at the time of the inspection.
    var provesFault: Bool { !outcome.allowsDelivery && !outcome.isDoubt && !isKept }

    /// The certificate that the host showed; nil if there was none.
    var leaf: [UInt8]? { if case .secured(let session) = report.end { session.chain.first } else { nil } }

    /// The same connection with another purpose.
    func `as`(_ purpose: Purpose) -> InspectedConnection {
        var connection = self
        connection.purpose = purpose
        return connection
    }
}
