import DANE

@testable import DNSSEC

extension FuzzTarget {
    /// MX RDATA, and what is shown of bytes that are none.
    static let mailExchangers = FuzzTarget("mail-exchangers") { bytes in
        let record = MXRecord(rdata: bytes)
        switch record.exchange {
        case .null: try require(bytes.dropFirst(2) == [0], "a null MX of \(bytes)")
        case .host(let host): try require(!host.isRoot && DomainName(host.text) == host, "the host \(host)")
        case .malformed(let text):
            try requireLine(text, atMost: WireText.limit, "a malformed exchange")
            try require(!text.isEmpty, "a malformed exchange without text")
        }
        if bytes.count > 2 {
            try require(record.preference == UInt16(bytes[0]) << 8 | UInt16(bytes[1]), "the preference of \(bytes)")
        } else {
            try require(record.preference == .max, "a record without an exchange is tried early")
        }
        if let name = WireText.name(bytes) { try requireLine(name, atMost: WireText.limit, "a name") }
        try requireLine(WireText.unknown(bytes), atMost: WireText.limit, "RDATA")
        try requireLine(WireText.printable(bytes), atMost: WireText.limit, "a text of libunbound's")
    }
}
