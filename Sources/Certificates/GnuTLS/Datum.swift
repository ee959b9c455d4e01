import CGnuTLS
import Glibc

/// Converts `gnutls_datum_t`, GnuTLS's pointer and length, to Swift bytes and back. All copies are made here.

/// Lends bytes to GnuTLS as a datum for the length of the call. GnuTLS takes a mutable pointer, but only reads.
func withDatum<Result>(_ bytes: ArraySlice<UInt8>, _ body: (inout gnutls_datum_t) -> Result) -> Result {
    bytes.withUnsafeBufferPointer { buffer in
        var datum = gnutls_datum_t(data: UnsafeMutablePointer(mutating: buffer.baseAddress), size: UInt32(buffer.count))
        return body(&datum)
    }
}

/// Copies and frees the bytes that a GnuTLS function allocates for its caller; nil if the function failed.
func takingDatum(_ fill: (inout gnutls_datum_t) -> CInt) -> [UInt8]? {
    var datum = gnutls_datum_t()
    guard fill(&datum) >= 0 else { return nil }
    defer { release(datum) }
    return Array(UnsafeBufferPointer(start: datum.data, count: Int(datum.size)))
}

/// Frees a datum that GnuTLS allocated. `gnutls_free` is a C variable, which Swift does not consider safe to read.
/// Since GnuTLS 3.3 it is always free(3) (gnutls_global_set_mem_functions(3)).
func release(_ datum: gnutls_datum_t) { free(datum.data) }

/// The bytes that a GnuTLS function writes into its caller's buffer (`f(…, buf, &size)`); nil if it failed or needs a
/// larger one.
func fillingBuffer(capacity: Int, _ fill: (UnsafeMutableRawPointer?, inout Int) -> CInt) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: capacity)
    var size = capacity
    guard buffer.withUnsafeMutableBytes({ fill($0.baseAddress, &size) }) >= 0, size <= capacity else { return nil }
    return Array(buffer.prefix(size))
}

/// A digest of the bytes (`gnutls_hash_fast(3)`).
///
/// - Returns: 32 bytes for `GNUTLS_DIG_SHA256`, 64 for `GNUTLS_DIG_SHA512`; empty, which matches no record, if GnuTLS
///   refuses the algorithm.
func digest(_ algorithm: gnutls_digest_algorithm_t, _ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: Int(gnutls_hash_get_len(algorithm)))
    let status = bytes.withUnsafeBytes { gnutls_hash_fast(algorithm, $0.baseAddress, $0.count, &result) }
    return status == GNUTLS_E_SUCCESS ? result : []
}
