package import DANE
import Support

/// The key of a verdict: a destination, and whether policy demands DANE for it.
///
/// If DANE is demanded, its absence is a failure, with another second look and another lifetime. So such verdicts are
/// separate from those of the same destination without the demand. A key takes nineteen bytes plus a long name; there
/// may be a million.
package struct VerdictKey: Hashable, Sendable {
    private let name: DomainName
    private let port: UInt16
    private let kind: UInt8

    private static let isHost: UInt8 = 1
    private static let isDemanding: UInt8 = 2

    /// The key of a destination.
    package init(_ destination: Destination, demandsDANE: Bool) {
        name = destination.name
        port = destination.port
        let host = if case .host = destination.nextHop { Self.isHost } else { 0 as UInt8 }
        kind = host | (demandsDANE ? Self.isDemanding : 0)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        // Both at once: a step of the hash costs more than the shift.
        hasher.combine(UInt32(port) << 8 | UInt32(kind))
    }

    /// The destination.
    package var destination: Destination {
        Destination(kind & Self.isHost != 0 ? .host(name) : .domain(name), port: port)
    }

    /// Whether policy demands DANE for it.
    package var demandsDANE: Bool { kind & Self.isDemanding != 0 }

    /// About how many bytes its name takes on the heap.
    package var heapBytes: Int { name.text.heapBytes }

    /// A number that selects the shard. It is cheaper than the hash of the table, and nobody outside can choose it
    /// either.
    package var spread: Int {
        let mixed = name.text.utf8.withContiguousStorageIfAvailable { bytes in
            let raw = UnsafeRawBufferPointer(bytes)
            var hash = Self.seed ^ UInt64(kind)
            var offset = 0
            while offset + 8 <= raw.count {
                hash = Self.mix(hash, raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                offset += 8
            }
            var rest = UInt64(raw.count)
            while offset < raw.count {
                rest = rest << 8 | UInt64(raw[offset])
                offset += 1
            }
            return Self.mix(hash, rest)
        }
        return mixed.map { Int(truncatingIfNeeded: $0) } ?? name.hashValue
    }

    private static let seed = UInt64.random(in: .min ... .max)

    private static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        let product = (hash ^ word) &* 0x9E37_79B9_7F4A_7C15
        return product ^ product >> 29
    }

    /// Whether a verdict is good here: mail may be delivered as demanded.
    package func allows(_ verdict: Verdict) -> Bool {
        demandsDANE ? verdict.outcome.satisfiesDANE : verdict.outcome.allowsDelivery
    }
}
