public import Support

extension Recipient {
    /// Takes a path apart as `init(path:)` does. It keeps the bytes of an address that is no UTF-8 (F-98).
    public init(received path: ReceivedText) {
        self.init(path: path.text)
        // F-98.
        guard let bytes = path.bytes else { return }
        // As `init(path:)` does, this drops the angle brackets and a source route (RFC 5321 §4.1.2, appendix C).
        var rest = bytes[...]
        if rest.first == UInt8(ascii: "<") {
            rest.removeFirst()
            if rest.last == UInt8(ascii: ">") { rest.removeLast() }
        }
        if rest.first == UInt8(ascii: "@"), let colon = rest.firstIndex(of: UInt8(ascii: ":")) {
            rest = rest[(colon + 1)...]
        }
        self.bytes = Array(rest)
    }
}
