/// The other side does not speak RESP, or sends more than the limits allow. Nothing that follows can be read.
package struct RESPProtocolError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, as a clause of printable ASCII: "a line has more than 65536 bytes".
    package let description: String

    init(_ description: String) { self.description = description }
}
