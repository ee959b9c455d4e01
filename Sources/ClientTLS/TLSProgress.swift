/// How far a handshake has come. `End` says why there is no TLS any more.
package enum TLSProgress<End> {
    /// It needs more bytes from the other side.
    case incomplete
    /// It is complete.
    case complete
    /// It has ended before it was complete. What the other side is to be told is in the output.
    case over(End)

    /// The same, with the end in other words.
    package func ending<Other>(_ transform: (End) -> Other) -> TLSProgress<Other> {
        switch self {
        case .incomplete: .incomplete
        case .complete: .complete
        case .over(let end): .over(transform(end))
        }
    }
}
