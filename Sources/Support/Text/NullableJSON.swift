/// A value that stands in JSON as `null` where there is none: keys are stable, present or not. It is read back likewise, and where
/// the key is absent, as in what another version wrote, there is none.
@propertyWrapper
package struct NullableJSON<Value> {
    /// The value, if there is one.
    package var wrappedValue: Value?

    /// A value or none, of a property.
    package init(wrappedValue: Value?) { self.wrappedValue = wrappedValue }

    /// A value or none.
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
    /// What the compiler's own reading of a structure calls for such a property.
    package func decode<Value: Decodable>(_ type: NullableJSON<Value>.Type, forKey key: Key) throws -> NullableJSON<
        Value
    > {
        try decodeIfPresent(type, forKey: key) ?? NullableJSON(nil)
    }
}
