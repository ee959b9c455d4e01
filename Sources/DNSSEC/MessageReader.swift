/// A position in a DNS message (RFC 1035 §4.1). Nothing is read beyond its end.
struct MessageReader<Message: RandomAccessCollection<UInt8>> {
    private let message: Message
    /// How many bytes are before it.
    var offset = 0

    /// The beginning of a message.
    init(_ message: Message) { self.message = message }

    private func byte(_ offset: Int) -> UInt8? {
        offset < message.count ? message[message.index(message.startIndex, offsetBy: offset)] : nil
    }

    /// Goes on; false if there are not so many bytes.
    mutating func skip(_ count: Int) -> Bool {
        guard count <= message.count - offset else { return false }
        offset += count
        return true
    }

    /// The next two bytes.
    mutating func number16() -> UInt16? {
        guard let high = byte(offset), let low = byte(offset + 1) else { return nil }
        offset += 2
        return UInt16(high) << 8 | UInt16(low)
    }

    /// The next four bytes.
    mutating func number32() -> UInt32? {
        guard let high = number16(), let low = number16() else { return nil }
        return UInt32(high) << 16 | UInt32(low)
    }

    /// Goes behind a name; a pointer ends it.
    mutating func skipName() -> Bool {
        while let length = byte(offset) {
            if length == 0 { return skip(1) }
            if length >= 0xC0 { return skip(2) }
            guard length < 64, skip(Int(length) + 1) else { return false }
        }
        return false
    }

    /// A name, its pointers followed; nil if it is none, or has more pointers than labels could need.
    func name(at start: Int) -> String? {
        var wire: [UInt8] = []
        var offset = start
        var pointers = 0
        while wire.count <= 255, let length = byte(offset) {
            if length >= 0xC0 {
                guard let low = byte(offset + 1), pointers < 128 else { return nil }
                offset = Int(length & 0x3F) << 8 | Int(low)
                pointers += 1
                continue
            }
            guard length < 64 else { return nil }
            for index in offset...offset + Int(length) {
                guard let byte = byte(index) else { return nil }
                wire.append(byte)
            }
            if length == 0 { return WireText.name(wire).map { $0 == "." ? "" : $0.lowercased() } }
            offset += Int(length) + 1
        }
        return nil
    }
}
