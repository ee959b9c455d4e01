/// Text in which `+` and what is no printable ASCII, the blank and `=` among it, is written as `+` and two hexadecimal
/// digits (RFC 3461 §4).
enum XText {
    /// The bytes that it stands for; nil if it is no xtext. Lower case digits are taken as well.
    static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var rest = text.makeIterator()
        while let byte = rest.next() {
            guard byte == UInt8(ascii: "+") else {
                // `=` is no xchar, but an address with one, as bounces have it, can mean nothing else.
                guard byte > 0x20 && byte != 0x7F else { return nil }
                bytes.append(byte)
                continue
            }
            guard let high = rest.next().flatMap(digit), let low = rest.next().flatMap(digit) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
