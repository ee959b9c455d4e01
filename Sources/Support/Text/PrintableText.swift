/// Makes text from strangers safe for logs, replies and terminals.
public enum PrintableText {
    /// Bytes as printable ASCII. A tab becomes a blank, any other byte that is not printable becomes `?`. A text that
    /// is too long is cut and ends in `...`.
    ///
    /// - Parameter limit: The longest result in bytes, at least 3.
    public static func of(_ bytes: some Sequence<UInt8>, limit: Int) -> String {
        var kept: [UInt8] = []
        for byte in bytes {
            guard kept.count < limit else {
                kept.replaceSubrange(max(0, limit - 3)..., with: Array("...".utf8).prefix(limit))
                break
            }
            switch byte {
            case 0x20...0x7E: kept.append(byte)
            case UInt8(ascii: "\t"): kept.append(UInt8(ascii: " "))
            default: kept.append(UInt8(ascii: "?"))
            }
        }
        return String(decoding: kept, as: UTF8.self)
    }
}
