import Certificates
import DANE

extension FuzzTarget {
    /// TLSA records: RDATA one after another, each behind its length, or where the first byte is 0xFF, as text.
    static let tlsaRecords = FuzzTarget("tlsa-records") { bytes in
        if bytes.first == 0xFF {
            try check(text: Array(bytes.dropFirst()).text)
            return
        }
        var source = ByteSource(bytes)
        var records: [TLSARecord] = []
        while !source.isEmpty { records.append(TLSARecord(rdata: source.take(Int(source.byte())))) }
        for record in records { try check(record) }

        // RFC 7671 §9: digest agility only ever takes away, never all, and a second time nothing.
        let usable = records.filter(\.usability.isUsable)
        let counting = records.indicesAfterDigestAgility()
        try require(counting == counting.sorted() && Set(counting).count == counting.count, "indices out of order")
        try require(counting.allSatisfy { records[$0].usability.isUsable }, "an unusable record counts")
        try require(counting.isEmpty == usable.isEmpty, "no record is left of \(usable.count)")
        let kept = counting.map { records[$0] }
        try require(kept.indicesAfterDigestAgility().count == kept.count, "digest agility takes away twice")
        for record in usable where record.matchingType == 0 {
            try require(kept.contains(record), "Full(0) is set aside")
        }
    }

    private static func check(_ record: TLSARecord) throws {
        try requireLine(record.presentation, atMost: 1024, "a record's presentation")
        try requireLine(record.names, atMost: 60, "a record's names")
        if !record.isTruncated {
            let again = TLSARecord(presentation: record.presentation)
            try require(again == record, "\(record.presentation) reads as \(again?.presentation ?? "nothing")")
            try require(
                TLSARecord(
                    presentation: "\(record.usage)  \(record.selector)\t\(record.matchingType) "
                        + record.data.hexadecimal.uppercased()) == record, "case or blanks matter")
        }
        if case .unusable(let why) = record.usability { try requireLine(why, atMost: 200, "a reason") }
        switch record.fullUsability {
        case .usable:
            try require(record.usability.isUsable, "usable only at a closer look")
            try require(record.usage == 2 || record.usage == 3, "usage \(record.usage) can be used")
            try require(!record.isHazard, "a usable record is a hazard")
        case .unusable(let why): try requireLine(why, atMost: 200, "a reason")
        }
    }

    private static func check(text: String) throws {
        guard let record = TLSARecord(presentation: text) else { return }
        try check(record)
        try require(TLSARecord(presentation: " \(text) ") == record, "blanks around a record matter")
    }
}
