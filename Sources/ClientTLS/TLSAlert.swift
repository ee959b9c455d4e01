import CGnuTLS

/// An alert of the other side (RFC 8446 §6).
package struct TLSAlert: Sendable, Hashable, CustomStringConvertible {
    /// Its number.
    package let number: UInt8

    /// The alert of this number.
    package init(number: UInt8) { self.number = number }

    /// The number, and GnuTLS's name for it in quotation marks. GnuTLS keeps the name for ever.
    package var description: String {
        let alert = gnutls_alert_description_t(rawValue: UInt32(number))
        let name = gnutls_alert_get_name(alert).map { String(cString: $0) } ?? "unknown"
        return "\(number), \"\(name)\""
    }
}
