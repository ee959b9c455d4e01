package import NIOCore

/// A client that has TLS on a channel: its session, its limits, and what the handlers behind a ``TLSClientHandler`` are
/// told of it. All calls come on the channel's event loop.
package protocol TLSClient: AnyObject {
    /// Why there is no TLS any more.
    associatedtype End

    /// The most bytes that may come until the handshake is complete.
    static var maximumHandshake: Int { get }
    /// The most bytes that may come after it; nil if there is no limit.
    static var maximumAfterHandshake: Int? { get }
    /// The end if more bytes came than one of the two limits allows.
    static func excess(_ limit: Int) -> End

    /// The session.
    var engine: TLSEngine { get }

    /// Adds bytes from the other side.
    func receive(_ bytes: ByteBuffer)
    /// Continues the handshake as far as the input allows.
    func handshake() -> TLSProgress<End>
    /// Reads decrypted bytes, at most one record.
    func read() -> TLSRead<End>
    /// Encrypts bytes.
    ///
    /// - Returns: nil, or why the session broke.
    func write(_ bytes: ByteBuffer) -> End?

    /// Tells the handlers behind that the handshake is complete.
    ///
    /// - Returns: nil, or why the client does not want the session; then it has told nothing.
    func tellEstablished(_ context: ChannelHandlerContext) -> End?
    /// Does what is to be done when the other side has closed the session properly.
    func tellEnded(_ context: ChannelHandlerContext)
    /// Tells the handlers behind why there is no TLS any more. Nothing more will come.
    func tellOver(_ end: End, _ context: ChannelHandlerContext)
}
