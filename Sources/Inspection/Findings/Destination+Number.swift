package import DANE

/// A destination as a name and a number, for tables whose rows are found by both.
///
/// `VerdictKey` keeps port and form apart, because a key has no room to lose, and `stableHash` mixes them as its files
/// have them: neither is read back from a number.
extension Destination {
    /// The port, the form of the next hop, and something else that a row is about, in one number.
    ///
    /// - Parameters:
    ///   - other: The something else, as a number that fits into `bits`. It takes the lowest bits.
    ///   - bits: How many bits it takes. The number is stored, so a table must never change them.
    package func number(with other: Int64, bits: Int64) -> Int64 {
        (Int64(port) << 1 | (isHost ? 1 : 0)) << bits | other
    }

    /// The destination with a name and a number, and the something else.
    ///
    /// - Returns: nil if the number holds no port.
    package static func parts(
        of number: Int64, name: DomainName, bits: Int64
    ) -> (destination: Destination, other: Int64)? {
        guard let port = UInt16(exactly: number >> (bits + 1)) else { return nil }
        let isHost = number >> bits & 1 == 1
        return (Destination(isHost ? .host(name) : .domain(name), port: port), number & (1 << bits - 1))
    }
}
