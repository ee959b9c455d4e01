import ClientTLS

/// Why there is no TLS with a store.
package struct StoreTLSError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A clause of printable ASCII.
    package let description: String

    init(_ description: String) { self.description = description }

    /// The error of a GnuTLS function.
    init(code: Int32) { self.init("TLS failed: \(GnuTLSError(code: code))") }
}
