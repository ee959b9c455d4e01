/// Text of a host made fit for logs, replies and terminals.
enum Printable {
    /// The longest text kept of anything a host says.
    static let limit = 200

    /// Printable ASCII of at most `limit` bytes: any other byte becomes `?`, a tab a blank, and what is too long is cut
    /// and marked `...`.
    static func text(_ bytes: some Sequence<UInt8>, limit: Int = limit) -> String {
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
