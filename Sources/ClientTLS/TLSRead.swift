package import NIOCore

/// The result of a read. `End` says why there is no TLS any more.
package enum TLSRead<End> {
    /// Bytes from the other side, decrypted.
    case bytes(ByteBuffer)
    /// Nothing until more bytes come from the other side.
    case incomplete
    /// The other side closed the session properly.
    case ended
    /// The session is over otherwise. What the other side is to be told is in the output.
    case over(End)

    /// The same, with the end in other words.
    package func ending<Other>(_ transform: (End) -> Other) -> TLSRead<Other> {
        switch self {
        case .bytes(let bytes): .bytes(bytes)
        case .incomplete: .incomplete
        case .ended: .ended
        case .over(let end): .over(transform(end))
        }
    }
}
