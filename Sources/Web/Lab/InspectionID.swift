import Support

/// The id of a stored test: whoever has it may read the test, so it cannot be guessed. 26 letters and digits like those
/// of a ULID, which sort by time; unlike those of the trace, each has 80 random bits of its own.
struct InspectionID: Sendable, Hashable, Codable, CustomStringConvertible {
    private static let digits = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
    private static let length = 26

    let description: String

    /// A new id.
    init() {
        let time = UInt64(max(0, SystemClock.coarseWall.milliseconds)) & (1 << 48 - 1)
        var random = SystemRandomNumberGenerator()
        let (high, low) = (random.next() >> 48, random.next())
        var bits = UInt128(time) << 80 | UInt128(high) << 64 | UInt128(low)
        var text: [UInt8] = []
        for _ in 0..<Self.length {
            text.append(Self.digits[Int(bits & 31)])
            bits >>= 5
        }
        description = String(decoding: text.reversed(), as: UTF8.self)
    }

    /// The id that a text is; nil if it is none. The name of a file is made of it, so nothing else passes.
    init?(_ text: some StringProtocol) {
        guard text.utf8.count == Self.length, text.utf8.allSatisfy(Self.digits.contains) else { return nil }
        description = String(text)
    }

    /// When it was made, in milliseconds since 1970.
    var time: Int64 {
        description.utf8.prefix(10).reduce(0) { $0 << 5 | Int64(Self.digits.firstIndex(of: $1) ?? 0) }
    }

    init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let id = InspectionID(text) else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "no id"))
        }
        self = id
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
