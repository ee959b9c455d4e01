import ClientTLS

/// Why there is no TLS session. Its description is a sentence without a full stop.
///
/// The kind, and the number of an alert or of GnuTLS's error, are what counts and TLS reports distinguish (RFC 8460
/// §4.3: all kinds are `validation-failure`, and the rest belongs to `failure-reason-code`).
public struct TLSFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of failure. The raw values stand in the state file.
    public enum Kind: String, Sendable, CaseIterable {
        /// The host ended TLS with an alert.
        case alert
        /// GnuTLS ended it, for what the host sent or did not send.
        case library
        /// The host sent no certificate.
        case noCertificate = "no-certificate"
        /// The host did not sign the handshake with the key of its certificate (RFC 8446 §4.4.3, RFC 5246 §7.4.3).
        case unsigned
        /// L-05, CVE-2011-0411: cleartext came where TLS must begin.
        case cleartext
        /// F-60: the host closed the connection during the handshake.
        case closed
        /// This machine is short of memory.
        case memory
        /// Only the sentence is known: the failure was kept by a version that did not write the kind.
        case unknown
    }

    /// The kind.
    public let kind: Kind
    /// GnuTLS's error code; nil unless it is of the kind `library`.
    public let code: Int32?
    /// The number of the alert (RFC 8446 §6); nil unless the host sent one.
    public let alert: UInt8?
    /// What happened, as a sentence without a full stop.
    public let description: String

    /// A failure with these values.
    package init(_ kind: Kind, _ description: String, code: Int32? = nil, alert: UInt8? = nil) {
        self.kind = kind
        self.code = code
        self.alert = alert
        self.description = description
    }
}

extension TLSFailure {
    /// The failure for a GnuTLS error code.
    init(code: Int32) { self.init(.library, GnuTLSError(code: code).description, code: code) }

    /// The failure for an alert of the host.
    init(alert: TLSAlert) { self.init(.alert, "the host sent the TLS alert \(alert)", alert: alert.number) }

    static let noCertificate = TLSFailure(.noCertificate, "the host sent no certificate")
    static let unsigned = TLSFailure(
        .unsigned, "the host did not sign the handshake with the key of its certificate")
    static let cleartext = TLSFailure(
        .cleartext, "the host sent cleartext after its answer to STARTTLS (CVE-2011-0411)")
    static let memory = TLSFailure(.memory, "memory is short")
}

// MARK: - Storage

extension TLSFailure {
    /// All except the sentence, as a word of the state file: `alert:40`, `library:-12`, `closed`.
    package var mark: String {
        let number = alert.map { Int32($0) } ?? code
        return number.map { "\(kind.rawValue):\($0)" } ?? kind.rawValue
    }

    /// The failure with such a mark. It is of unknown kind if there is no mark, or one that this version does not know.
    package init(mark: String?, _ description: String) {
        let parts = (mark ?? "").split(separator: ":", maxSplits: 1)
        let number = parts.count == 2 ? Int32(parts[1]) : nil
        switch parts.first.flatMap({ Kind(rawValue: String($0)) }) {
        case .alert?: self.init(.alert, description, alert: number.flatMap { UInt8(exactly: $0) })
        case .library?: self.init(.library, description, code: number)
        case let kind: self.init(kind ?? .unknown, description)
        }
    }
}
