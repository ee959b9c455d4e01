/// Whether a certificate belongs to a CA, and how many more CAs may be below it (RFC 5280 §4.2.1.9).
struct BasicConstraints {
    /// cA.
    let isCA: Bool
    /// pathLenConstraint: how many certificates that are not self-issued may be between this one and the server's.
    let pathLength: Int?

    /// Reads the extension's value.
    ///
    /// - Returns: nil if it is malformed.
    init?(_ value: ArraySlice<UInt8>) {
        var outer = DERReader(value)
        guard let contents = outer.next(DERReader.Tag.sequence)?.contents else { return nil }
        var reader = DERReader(contents)
        if let flag = reader.next(DERReader.Tag.boolean) {
            guard flag.contents.count == 1 else { return nil }
            isCA = flag.contents.first != 0
        } else {
            isCA = false
        }
        if let length = reader.next(DERReader.Tag.integer) {
            // RFC 5280 §4.2.1.9: INTEGER (0..MAX). A number that is longer than any path limits nothing.
            guard let first = length.contents.first, first & 0x80 == 0 else { return nil }
            let digits = length.contents.drop { $0 == 0 }
            pathLength = digits.count > 4 ? .max : digits.reduce(0) { $0 << 8 | Int($1) }
        } else {
            pathLength = nil
        }
        guard reader.isAtEnd else { return nil }
    }
}
