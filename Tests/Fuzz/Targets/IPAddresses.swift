import DANE
import Probe

extension FuzzTarget {
    /// Addresses and blocks of them: as text, and as the RDATA of A and AAAA.
    static let ipAddresses = FuzzTarget("ip-addresses") { bytes in
        if let address = IPAddress(bytes: bytes) {
            try require(address.bytes == bytes, "\(address) has other bytes")
            try require(IPAddress(address.description) == address, "\(address) reads as another")
        }
        let texts = bytes.texts
        if let address = IPAddress(texts[0]) {
            try requireLine(address.description, atMost: 45, "an address")
            try require(IPAddress(address.description) == address, "\(address) reads as another")
            try require(IPAddress(bytes: address.bytes) == address, "\(address) has other bytes")
        }
        guard let block = AddressRange(texts[0]) else { return }
        try require(AddressRange(block.description) == block, "\(block) reads as another")
        try require(block.contains(block.base), "\(block) does not hold its first address")
        let width = block.base.bytes.count * 8
        try require((0...width).contains(block.prefixLength), "\(block) has a prefix of its own")
        // An address is in the block as long as it differs only behind the prefix.
        var source = ByteSource(texts.dropFirst().joined().utf8.map { $0 })
        let bit = source.word() % width
        var other = block.base.bytes
        other[bit / 8] ^= 0x80 >> UInt8(bit % 8)
        guard let neighbour = IPAddress(bytes: other) else { return }
        try require(block.contains(neighbour) == (bit >= block.prefixLength), "\(block) and \(neighbour)")
    }
}
