/// A value that is `null` in JSON if there is none, so that the key is always present. On reading, an absent key also
/// means none, because another version may not have written it.
@propertyWrapper
package struct NullableJSON<Value> {
    /// The value, if there is one.
    package var wrappedValue: Value?

    /// Makes the value of a property.
    package init(wrappedValue: Value?) { self.wrappedValue = wrappedValue }

    /// Makes a value, or none.
    package init(_ value: Value?) { wrappedValue = value }
}

extension NullableJSON: Sendable where Value: Sendable {}

extension NullableJSON: Encodable where Value: Encodable {
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let wrappedValue { try container.encode(wrappedValue) } else { try container.encodeNil() }
    }
}

extension NullableJSON: Decodable where Value: Decodable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        wrappedValue = container.decodeNil() ? nil : try container.decode(Value.self)
    }
}

extension KeyedDecodingContainer {
    /// Reads such a property. The code that the compiler makes for a structure calls it.
    package func decode<Value: Decodable>(_ type: NullableJSON<Value>.Type, forKey key: Key) throws -> NullableJSON<
        Value
    > {
        try decodeIfPresent(type, forKey: key) ?? NullableJSON(nil)
    }
}
