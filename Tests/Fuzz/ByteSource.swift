/// Takes an input apart from its front; what is not there reads as nothing or 0.
struct ByteSource {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    /// Whether everything has been taken.
    var isEmpty: Bool { rest.isEmpty }

    /// The next byte.
    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    /// A number from 0 up to but not including the limit, by one byte.
    mutating func below(_ limit: Int) -> Int { Int(byte()) % limit }

    /// A number of two bytes.
    mutating func word() -> Int { Int(byte()) << 8 | Int(byte()) }

    /// The next bytes, as many as there are.
    mutating func take(_ count: Int) -> [UInt8] {
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    /// All that is left.
    mutating func remainder() -> [UInt8] { take(rest.count) }
}

extension [UInt8] {
    /// The bytes as text, what is no UTF-8 replaced.
    var text: String { String(decoding: self, as: UTF8.self) }

    /// The texts between NUL bytes.
    var texts: [String] {
        split(separator: 0, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
    }
}
