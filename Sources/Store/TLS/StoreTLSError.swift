import CGnuTLS

/// Why there is no TLS with a store.
package struct StoreTLSError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A clause of printable ASCII.
    package let description: String

    init(_ description: String) { self.description = description }

    /// The error of a GnuTLS function. GnuTLS keeps the text for ever.
    init(code: Int32) {
        let text = gnutls_strerror(code).map { String(cString: $0) } ?? "unknown error"
        self.init("TLS failed: \(text.hasSuffix(".") ? String(text.dropLast()) : text) (GnuTLS \(code))")
    }
}
