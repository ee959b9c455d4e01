import NIOCore

/// Netstrings (https://cr.yp.to/proto/netstrings.txt), which socketmap speaks: `5:hello,`.
enum Netstring {
    /// The longest text that is read, in bytes. The name of a map, a blank and a next hop are far shorter.
    static let limit = 2048
    /// The most digits of a length. So a number that is too large for an integer is never made.
    private static let digits = 4

    /// Takes the next text out of what has come.
    ///
    /// - Returns: nil if it has not come as a whole.
    static func read(_ buffer: inout ByteBuffer) throws(NetstringError) -> ByteBufferView? {
        let bytes = buffer.readableBytesView
        let figures = bytes.prefix(digits + 1).prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        let length = figures.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        // A length has no leading zero.
        guard figures.count <= digits, length <= limit, figures.first != UInt8(ascii: "0") || figures.count == 1 else {
            throw NetstringError()
        }
        let rest = bytes.dropFirst(figures.count)
        guard let colon = rest.first else { return nil }
        guard colon == UInt8(ascii: ":"), !figures.isEmpty else { throw NetstringError() }
        guard rest.count >= length + 2 else { return nil }
        buffer.moveReaderIndex(forwardBy: figures.count + 1)
        guard let text = buffer.readSlice(length: length), buffer.readInteger() == UInt8(ascii: ",") else {
            throw NetstringError()
        }
        return text.readableBytesView
    }

    /// A text as a netstring.
    static func write(_ text: String) -> String { "\(text.utf8.count):\(text)," }
}
