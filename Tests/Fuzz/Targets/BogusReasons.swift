import DANE

@testable import DNSSEC

extension FuzzTarget {
    /// Up to the first NUL byte: what libunbound says of a bogus answer. After it: options, and the DNS message that it
    /// is about.
    static let bogusReasons = FuzzTarget("bogus-reasons") { bytes in
        let text = bytes.prefix { $0 != 0 }.map { $0 }.text
        var source = ByteSource(Array(bytes.drop { $0 != 0 }.dropFirst()))
        let options = source.byte()
        let now: Int64 = options & 4 == 0 ? 1_800_000_000 : Int64(source.word()) << 32
        let message = source.remainder()

        let signatures = SignatureRecord.all(in: message)
        // A slice begins elsewhere than at 0.
        try require(SignatureRecord.all(in: ([0] + message).dropFirst()) == signatures, "a slice has other signatures")
        for signature in signatures {
            try requireLine(signature.owner, atMost: WireText.limit, "the owner of a signature")
            for serial in [signature.inception, signature.expiration] {
                let moment = SignatureRecord.moment(serial, near: now)
                try require(UInt32(truncatingIfNeeded: moment) == serial, "\(serial) became \(moment)")
                try require(abs(moment - now) <= 1 << 31, "\(moment) is far from \(now)")
            }
            try require(
                !signature.ended(before: now) || signature.expiration != UInt32(truncatingIfNeeded: now), "ended now")
        }
        let reason = BogusReason(
            unbound: text, hasData: options & 1 != 0, canonicalName: options & 8 != 0 ? "alias.example.org" : nil,
            deniesName: options & 2 != 0, signatures: signatures, now: now)
        try requireLine(reason.detail, atMost: WireText.limit, "libunbound's words")
        try requireLine(reason.sentence(at: now), atMost: 500, "a reason")
        try require(!reason.namesQuestion || reason.question != nil, "names a question that there is not")
        if let (name, _) = reason.openQuestion { try requireLine(name.description, atMost: 253, "a question") }
    }
}
