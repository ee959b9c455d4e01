import NIOCore

/// Splits what a host sends into lines, within limits: at most 2048 bytes per line (RFC 5321 §4.5.3.1.5 allows 512),
/// and at most 64 KB in total, whether read or not.
///
/// A line ends with LF. CRs, blanks and tabs before it belong to the ending (F-82): some hosts write CR CR LF, and
/// Postfix accepts that. A CR elsewhere stays in the line. RFC 5321 §2.3.8 forbids it, and it must not count as an
/// ending.
struct SMTPLineCodec {
    /// The longest line in bytes, without its ending.
    static let maximumLine = 2048
    /// The most bytes that are accepted from one host.
    static let maximumTotal = 64 << 10

    private var buffer = ByteBuffer()
    private var total = 0

    /// Whether everything that came has been read.
    var isEmpty: Bool { buffer.readableBytes == 0 }

    /// The first bytes of a line that is not complete, at most `limit`. Empty if there is none.
    func unfinished(limit: Int) -> [UInt8] { Array(buffer.readableBytesView.prefix(limit)) }

    /// Adds bytes from the host.
    ///
    /// - Throws: If the host has now sent more than the limit.
    mutating func append(_ bytes: ByteBuffer) throws(SMTPProtocolError) {
        total += bytes.readableBytes
        guard total <= Self.maximumTotal else {
            throw SMTPProtocolError("the host sent more than \(Self.maximumTotal) bytes")
        }
        buffer.discardReadBytes()
        buffer.writeImmutableBuffer(bytes)
    }

    /// Removes the next line and returns it without its ending.
    ///
    /// - Returns: nil if no line is complete.
    /// - Throws: If the line is too long.
    mutating func next() throws(SMTPProtocolError) -> [UInt8]? {
        let view = buffer.readableBytesView
        // Two more bytes for the ending.
        guard let end = view.prefix(Self.maximumLine + 2).firstIndex(of: UInt8(ascii: "\n")) else {
            guard view.count < Self.maximumLine + 2 else {
                throw SMTPProtocolError("the host sent a line of more than \(Self.maximumLine) bytes")
            }
            return nil
        }
        var line = Array(view[view.startIndex..<end])
        // F-82.
        while let last = line.last, Self.endings.contains(last) { line.removeLast() }
        guard line.count <= Self.maximumLine else {
            throw SMTPProtocolError("the host sent a line of more than \(Self.maximumLine) bytes")
        }
        buffer.moveReaderIndex(forwardBy: end - view.startIndex + 1)
        return line
    }

    private static let endings: [UInt8] = [UInt8(ascii: "\r"), UInt8(ascii: " "), UInt8(ascii: "\t")]
}
