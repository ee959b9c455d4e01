import DANE
import Inspection
import Probe

/// Findings of probes as hosts write them: what authenticates a server, without its certificates.
extension SharedRecord {
    /// The longest record that is written, in presentation form. One with the SHA2-512 digest has 134 characters; whole
    /// certificates and keys are not written.
    private static let longestRecord = 200

    /// A finding; nil if the record that it rests on is too long.
    ///
    /// - Parameters:
    ///   - time: When the connection was made, in milliseconds by the store's clock.
    ///   - lifetime: How long it is valid from then on.
    init?(
        _ proof: HostAuthentication.Proof, lifetime: Duration, writer: String, at time: Int64, settings: String
    ) {
        self.init(writer: writer, at: time, settings: settings)
        m = proof.record.presentation
        p = proof.protocolVersion
        f = lifetime.components.seconds
        u = proof.end
        guard let m, m.utf8.count <= Self.longestRecord else { return nil }
    }

    /// The finding; nil if it is none, or not about one of these records.
    ///
    /// - Parameters:
    ///   - source: The number of the host that has written it.
    ///   - date: The present, in seconds since 1970.
    func finding(_ source: UInt16, among records: [TLSARecord], at date: Int64) -> ProbeReport.Foreign? {
        guard let m, f != nil, let p, ["TLS1.3", "TLS1.2"].contains(p), u ?? date >= date,
            let record = records.first(where: { $0.presentation == m }), record.usability.isUsable
        else { return nil }
        return ProbeReport.Foreign(source: source, writer: w, record: record, protocolVersion: p, end: u)
    }
}
