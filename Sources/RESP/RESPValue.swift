/// A value of RESP2 or RESP3 (https://redis.io/docs/latest/develop/reference/protocol-spec/).
package indirect enum RESPValue: Sendable, Equatable {
    /// A pair of a map.
    package struct Pair: Sendable, Equatable {
        /// The key. Nothing says that it comes only once.
        package let key: RESPValue
        /// What belongs to it.
        package let value: RESPValue

        /// A pair of these.
        package init(_ key: RESPValue, _ value: RESPValue) {
            self.key = key
            self.value = value
        }
    }

    /// Nothing: RESP3's null, and the null strings and arrays of RESP2.
    case null
    /// A number.
    case integer(Int64)
    /// A number with a fraction, an infinity or no number at all.
    case double(Double)
    /// Yes or no.
    case boolean(Bool)
    /// A bulk string, whatever its bytes are; of a verbatim string the text behind its format.
    case bulk([UInt8])
    /// A simple string, or a number that is too large for 64 bits. It holds neither CR nor LF.
    case simple([UInt8])
    /// A refusal.
    case error(RESPError)
    /// Values in order.
    case array([RESPValue])
    /// Values in no order. Nothing says that each comes only once.
    case set([RESPValue])
    /// Keys and what belongs to them, as they came.
    case map([Pair])
    /// What the other side tells without having been asked: a kind, and what belongs to it.
    case push([RESPValue])
}

extension RESPValue {
    /// The bytes of a string; nil for anything else.
    package var bytes: [UInt8]? {
        switch self {
        case .bulk(let bytes), .simple(let bytes): bytes
        default: nil
        }
    }

    /// The text of a string in UTF-8, repaired where it is none; nil for anything else.
    package var text: String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

    /// The number of an integer; nil for anything else.
    package var integer: Int64? { if case .integer(let number) = self { number } else { nil } }

    /// The refusal; nil for anything else.
    package var error: RESPError? { if case .error(let error) = self { error } else { nil } }

    /// The elements of an array or a set; nil for anything else.
    package var elements: [RESPValue]? {
        switch self {
        case .array(let list), .set(let list): list
        default: nil
        }
    }

    /// The pairs of a map, or of an array, in which RESP2 has keys and values in turn; nil for anything else.
    package var pairs: [Pair]? {
        switch self {
        case .map(let pairs): pairs
        case .array(let list) where list.count.isMultiple(of: 2):
            stride(from: 0, to: list.count, by: 2).map { Pair(list[$0], list[$0 + 1]) }
        default: nil
        }
    }

    /// What belongs to a key of a map that is a string; nil if the key is not there. The first one counts.
    package subscript(key: String) -> RESPValue? {
        pairs?.first { $0.key.bytes?.elementsEqual(key.utf8) ?? false }?.value
    }
}
