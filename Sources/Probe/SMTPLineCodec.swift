import NIOCore

/// Cuts what a host sends into lines, and holds it to bounds: a line has at most 2048 bytes (RFC 5321 §4.5.3.1.5 has
/// 512), and all lines together at most 64 KB, read or not.
///
/// Lines end with LF; a CR before it belongs to the ending. Bare CR stays in the line: RFC 5321 §2.3.8 forbids it, and
/// nobody may take it for an ending.
struct SMTPLineCodec {
    /// The longest line in bytes, without its ending.
    static let maximumLine = 2048
    /// The most bytes taken from one host.
    static let maximumTotal = 64 << 10

    private var buffer = ByteBuffer()
    private var total = 0

    /// Whether all that came has been read.
    var isEmpty: Bool { buffer.readableBytes == 0 }

    /// Takes bytes in.
    ///
    /// - Throws: If the host has now sent more than it may.
    mutating func append(_ bytes: ByteBuffer) throws(SMTPViolation) {
        total += bytes.readableBytes
        guard total <= Self.maximumTotal else {
            throw SMTPViolation("the host sent more than \(Self.maximumTotal) bytes")
        }
        buffer.discardReadBytes()
        buffer.writeImmutableBuffer(bytes)
    }

    /// Takes the next line out, without its ending.
    ///
    /// - Returns: nil if no line is complete.
    /// - Throws: If the line is too long, or begins like no reply line: a host that speaks something else need not be
    ///   waited for.
    mutating func next() throws(SMTPViolation) -> [UInt8]? {
        let view = buffer.readableBytesView
        if let first = view.first, !(UInt8(ascii: "2")...UInt8(ascii: "5")).contains(first) {
            throw SMTPViolation("the host does not speak SMTP: \"\(Printable.text(view.prefix(64)))\"")
        }
        // Two more bytes for the ending.
        guard let end = view.prefix(Self.maximumLine + 2).firstIndex(of: UInt8(ascii: "\n")) else {
            guard view.count < Self.maximumLine + 2 else {
                throw SMTPViolation("the host sent a line of more than \(Self.maximumLine) bytes")
            }
            return nil
        }
        var line = Array(view[view.startIndex..<end])
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        guard line.count <= Self.maximumLine else {
            throw SMTPViolation("the host sent a line of more than \(Self.maximumLine) bytes")
        }
        buffer.moveReaderIndex(forwardBy: end - view.startIndex + 1)
        return line
    }
}
