/// A position in a DNS message (RFC 1035 §4.1). It never reads beyond the message's end.
struct MessageReader<Message: RandomAccessCollection<UInt8>> {
    private let message: Message
    /// The number of bytes before the position.
    var offset = 0

    /// The start of a message.
    init(_ message: Message) { self.message = message }

    private func byte(_ offset: Int) -> UInt8? {
        offset < message.count ? message[message.index(message.startIndex, offsetBy: offset)] : nil
    }

    /// Moves forward. Returns false if there are fewer bytes left.
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

    /// Moves behind a name. A compression pointer ends it.
    mutating func skipName() -> Bool {
        while let length = byte(offset) {
            if length == 0 { return skip(1) }
            if length >= 0xC0 { return skip(2) }
            guard length < 64, skip(Int(length) + 1) else { return false }
        }
        return false
    }

    /// The name at an offset, with its pointers followed. nil if it is not a name or has more pointers than a name can
    /// need.
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

/// The position of a record in a message (RFC 1035 §3.2.1).
struct RecordPlace {
    /// Where its owner name begins.
    let owner: Int
    /// Its type.
    let type: UInt16
    /// Where its data begins, and its length in bytes. All of it is in the message.
    let data: Int
    let length: Int
    /// Whether it is in the answer section. If not, it is in the authority section.
    let isAnswer: Bool
}

extension MessageReader {
    /// The records of the answer and authority sections, in order. If the message is damaged, those before the damage.
    ///
    /// - Parameter limit: The most records to read.
    static func records(in message: Message, atMost limit: Int) -> [RecordPlace] {
        var reader = MessageReader(message)
        guard reader.skip(4), let questions = reader.number16(), let answers = reader.number16(),
            let authorities = reader.number16(), reader.skip(2)
        else { return [] }
        for _ in 0..<questions {
            guard reader.skipName(), reader.skip(4) else { return [] }
        }
        var places: [RecordPlace] = []
        for index in 0..<min(Int(answers) + Int(authorities), limit) {
            let owner = reader.offset
            guard reader.skipName(), let type = reader.number16(), reader.skip(6), let length = reader.number16() else {
                break
            }
            let data = reader.offset
            guard reader.skip(Int(length)) else { break }
            places.append(
                RecordPlace(
                    owner: owner, type: type, data: data, length: Int(length), isAnswer: index < Int(answers)))
        }
        return places
    }
}
