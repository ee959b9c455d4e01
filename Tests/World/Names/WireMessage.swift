/// A DNS message in wire form (RFC 1035 §4), as far as the responder has to understand it.
struct WireMessage {
    /// Stands before TLSA RDATA that is too short for the parser of any name server's zone files. It is cut out on the
    /// way to the asker. Its first bytes make it a TLSA record of usage, selector and matching type 254.
    static let shortDataMark: [UInt8] = [0xFE, 0xFE, 0xFE] + Array("\u{1}dg\u{2}\u{3}".utf8)

    private static let typeNames: [UInt16: String] = [
        1: "A", 2: "NS", 5: "CNAME", 6: "SOA", 15: "MX", 16: "TXT", 28: "AAAA", 43: "DS", 46: "RRSIG", 47: "NSEC",
        48: "DNSKEY", 50: "NSEC3", 51: "NSEC3PARAM", 52: "TLSA",
    ]

    /// The message.
    var bytes: [UInt8]

    /// The question; nil if there is none that can be read.
    var query: Query? {
        guard bytes.count > 12 else { return nil }
        var labels: [String] = []
        var index = 12
        while index < bytes.count, bytes[index] != 0 {
            let end = index + 1 + Int(bytes[index])
            guard bytes[index] < 64, end < bytes.count else { return nil }
            labels.append(String(decoding: bytes[index + 1..<end], as: UTF8.self))
            index = end
        }
        guard index + 2 < bytes.count else { return nil }
        let type = UInt16(bytes[index + 1]) << 8 | UInt16(bytes[index + 2])
        return Query(labels.joined(separator: "."), Self.typeNames[type] ?? "TYPE\(type)")
    }

    /// The query turned into an answer without records.
    func answer(code: UInt8, isTruncated: Bool = false) -> [UInt8] {
        var answer = bytes
        answer[2] = bytes[2] | 0x80 | (isTruncated ? 0x02 : 0)
        answer[3] = 0x80 | code
        return answer
    }

    /// The query turned into a referral upwards: not authoritative, no answer, and the root's name servers.
    var referral: [UInt8] {
        var answer = answer(code: 0)
        answer[2] &= ~0x04
        answer[3] = 0
        answer[9] = 1
        let record: [UInt8] = [0, 0, 2, 0, 1, 0, 0, 1, 44, 0, 4, 2] + Array("ns".utf8) + [0]
        answer.insert(contentsOf: record, at: questionEnd)
        return answer
    }

    /// The query turned into an answer that nobody signed: one address.
    var madeUpAddress: [UInt8] {
        var answer = questionOnly(code: 0)
        answer[7] = 1
        // The question's name, A, IN, a TTL, 192.0.2.66.
        return answer + [0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 66]
    }

    /// The answer without the records of some types.
    ///
    /// Names that point into what is taken out would be broken: see `removeMarks`.
    ///
    /// - Parameter andSignatures: Whether the signatures (RRSIG) over them are taken out as well.
    func without(_ types: Set<UInt16>, andSignatures: Bool) -> WireMessage {
        var result = Array(bytes.prefix(questionEnd))
        var index = questionEnd
        for section in [6, 8, 10] {
            var kept = 0
            for _ in 0..<number(at: section) {
                let start = index
                while index < bytes.count, bytes[index] != 0, bytes[index] < 64 { index += 1 + Int(bytes[index]) }
                // A name ends with the root's empty label, or with a pointer of two bytes (RFC 1035 §4.1.4).
                index += index < bytes.count && bytes[index] >= 64 ? 2 : 1
                guard index + 10 <= bytes.count else { return self }
                let type = UInt16(number(at: index))
                let data = index + 10
                index = data + number(at: index + 8)
                guard index <= bytes.count else { return self }
                let covered = type == 46 && data + 2 <= index ? UInt16(number(at: data)) : type
                if types.contains(type) || andSignatures && types.contains(covered) { continue }
                result += bytes[start..<index]
                kept += 1
            }
            result[section] = UInt8(kept >> 8)
            result[section + 1] = UInt8(kept & 255)
        }
        return WireMessage(bytes: result)
    }

    /// The message with so many iterations in each NSEC3 record.
    func withIterations(_ count: UInt16) -> WireMessage {
        var result = self
        var index = questionEnd
        while index < bytes.count {
            while index < bytes.count, bytes[index] != 0, bytes[index] < 64 { index += 1 + Int(bytes[index]) }
            index += index < bytes.count && bytes[index] >= 64 ? 2 : 1
            guard index + 10 <= bytes.count, index + 10 + number(at: index + 8) <= bytes.count else { break }
            // Behind the hash algorithm and the flags (RFC 5155 §3.2).
            if number(at: index) == 50, number(at: index + 8) >= 4 {
                (result.bytes[index + 12], result.bytes[index + 13]) = (UInt8(count >> 8), UInt8(count & 255))
            }
            index += 10 + number(at: index + 8)
        }
        return result
    }

    private func number(at index: Int) -> Int { Int(bytes[index]) << 8 | Int(bytes[index + 1]) }

    /// The query without the wish for signatures (the DO bit, RFC 3225 §3).
    var withoutSignatures: WireMessage {
        // A resolver's query has one record, the OPT record of no data.
        let flags = questionEnd + 7
        guard flags < bytes.count, bytes[11] == 1 else { return self }
        var query = self
        query.bytes[flags] &= 0x7F
        return query
    }

    /// Where the question ends.
    var questionEnd: Int {
        var index = 12
        while index < bytes.count, bytes[index] != 0 { index += 1 + Int(bytes[index]) }
        return min(bytes.count, index + 5)
    }

    /// Takes the marks out of the records that carry one. The records around it need no new compressed names, because
    /// NSD in minimal mode compresses names to the question only.
    mutating func removeMarks() {
        guard query?.type == "TLSA" else { return }
        let mark = Self.shortDataMark
        var index = 12
        while index + mark.count <= bytes.count {
            guard bytes[index..<index + mark.count].elementsEqual(mark) else {
                index += 1
                continue
            }
            let length = Int(bytes[index - 2]) << 8 + Int(bytes[index - 1]) - mark.count
            bytes[index - 2] = UInt8(length >> 8)
            bytes[index - 1] = UInt8(length & 255)
            bytes.removeSubrange(index..<index + mark.count)
        }
    }
}
