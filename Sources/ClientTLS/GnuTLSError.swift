import CGnuTLS

/// An error code of a GnuTLS function, with GnuTLS's words for it.
package struct GnuTLSError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The code, which is negative.
    package let code: Int32

    /// The error of this code.
    package init(code: Int32) { self.code = code }

    /// A clause of printable ASCII without a full stop, and the code. GnuTLS keeps the text for ever.
    package var description: String {
        let text = gnutls_strerror(code).map { String(cString: $0) } ?? "unknown error"
        return "\(text.hasSuffix(".") ? String(text.dropLast()) : text) (GnuTLS \(code))"
    }

    /// Does nothing if a function succeeded.
    ///
    /// - Throws: Its error otherwise.
    package static func check(_ code: Int32) throws(GnuTLSError) {
        guard code == GNUTLS_E_SUCCESS else { throw GnuTLSError(code: code) }
    }
}
