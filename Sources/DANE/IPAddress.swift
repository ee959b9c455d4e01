import Glibc

/// An IPv4 or IPv6 address, without a zone or port.
public enum IPAddress: Hashable, Sendable {
    /// Four bytes in network order.
    case v4(UInt32)
    /// Sixteen bytes in network order, as two halves.
    case v6(UInt64, UInt64)

    /// Reads the text forms that inet_pton(3) reads.
    ///
    /// - Returns: nil for any other text.
    public init?(_ text: some StringProtocol) {
        // inet_pton(3) reads a C string and would ignore whatever follows a NUL.
        guard !text.utf8.contains(0) else { return nil }
        let text = String(text)
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            self = .v4(UInt32(bigEndian: four.s_addr))
        } else if inet_pton(AF_INET6, text, &six) == 1, let address = withUnsafeBytes(of: six, { IPAddress(bytes: $0) })
        {
            self = address
        } else {
            return nil
        }
    }

    /// Reads the RDATA of an A record (4 bytes) or an AAAA record (16 bytes).
    ///
    /// - Returns: nil for any other length.
    public init?(bytes: some Collection<UInt8>) {
        func number<Number: FixedWidthInteger>(_ part: some Collection<UInt8>) -> Number {
            part.reduce(0) { $0 << 8 | Number($1) }
        }
        switch bytes.count {
        case 4: self = .v4(number(bytes))
        case 16: self = .v6(number(bytes.prefix(8)), number(bytes.dropFirst(8)))
        default: return nil
        }
    }

    /// The address in network order: 4 or 16 bytes.
    public var bytes: [UInt8] {
        func bytes(_ number: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: number.bigEndian, Array.init) }
        switch self {
        case .v4(let number): return bytes(number)
        case .v6(let high, let low): return bytes(high) + bytes(low)
        }
    }
}

extension IPAddress: CustomStringConvertible {
    /// The address as text (`inet_ntop(3)`).
    public var description: String {
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = if case .v4 = self { AF_INET } else { AF_INET6 }
        _ = inet_ntop(family, bytes, &buffer, socklen_t(buffer.count))
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
