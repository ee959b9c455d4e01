/// A value that stands in JSON as `null` where there is none: keys are stable, present or not.
struct NullableJSON<Value: Encodable>: Encodable {
    private let value: Value?

    /// A value or none.
    init(_ value: Value?) { self.value = value }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let value { try container.encode(value) } else { try container.encodeNil() }
    }
}
