internal import CUnbound
import DANE
import Glibc
import Support

extension Answer<[UInt8]> {
    /// Copies the answer from a `ub_result`. Nothing in it refers to the C memory afterwards.
    ///
    /// - Parameters:
    ///   - code: The error code of the callback. If it is not 0, there is no result.
    ///   - result: The result. It need only be valid during the call.
    ///   - keepingSignatures: Whether the answer is to contain its signatures.
    init(code: Int32, result: ub_result?, keepingSignatures: Bool = false) {
        guard code == 0, let result else {
            self = .failed(.library(code))
            return
        }
        // Without its records, the answer would look like a denial, even a bogus one. libunbound writes the answer into
        // a message of 64 KiB and compresses only some of the names.
        guard !Self.isCut(result) else {
            self = .failed(LookupFailure("the answer has more records than a message of libunbound holds"))
            return
        }
        // Check this first. Otherwise a bogus answer looks like a good one: it has its data, its NXDOMAIN flag and
        // RCODE 0.
        guard result.bogus == 0 else {
            // F-118: a set of records that libunbound has no room to validate proves nothing.
            if let count = Self.unvalidated(result) {
                self = .failed(LookupFailure("\(count) records are more than libunbound validates"))
                return
            }
            self = .bogus(Self.reason(result))
            return
        }
        guard result.rcode == 0 || result.rcode == 3 else {
            // libunbound 1.17.1 cannot return a record with empty RDATA (its memdup takes length 0 for a failure) and
            // reports SERVFAIL instead. The packet in the result shows that there was an answer.
            if result.rcode == 2, Self.isAnswer(result) {
                self = .failed(LookupFailure("malformed answer: a record without data"))
                return
            }
            // D-06, RFC 7672 §2.1.1; F-40: SERVFAIL covers everything that the servers said or did not say. It is never
            // "no records".
            let code = result.rcode == 2 ? "" : " (\(Self.name(ofCode: result.rcode)))"
            self = .failed(LookupFailure("the name servers gave no usable answer\(code)"))
            return
        }
        var canonicalName: DomainName?
        if let target = result.canonname, !Self.isSame(target, result.qname) {
            guard let name = DomainName(String(cString: target)) else {
                self = .failed(
                    LookupFailure("malformed answer: the alias target \(Self.text(target) ?? "") is no host name"))
                return
            }
            canonicalName = name
        }
        let records = result.havedata == 0 ? [] : Self.records(of: result)
        // A denial without an SOA record has no TTL. libunbound then reports 32768, which is the DO bit of the OPT
        // record. It does the same for a denial from its cache. So a TTL above `cache-max-negative-ttl` is not a TTL.
        let isUnknown = records.isEmpty && result.ttl > ContextOptions.longestDenial
        var found = Found(
            records: records,
            existence: !records.isEmpty ? .records : result.nxdomain != 0 ? .noSuchName : .noData,
            canonicalName: canonicalName, ttl: .seconds(isUnknown ? 60 : max(0, result.ttl)))
        if keepingSignatures { found.signatures = SignatureRecord.all(in: Self.packet(result)) }
        // D-05, RFC 7672 §2.1.1; F-25: an insecure denial is an answer like a secure one.
        // D-12, D-13, RFC 7672 §2.1.3: `secure` is true only if every link of an alias chain is secure, and an error at
        // any link is the result of the whole lookup.
        // D-03, RFC 7672 §2.1.1: all reasons for an insecure answer count alike.
        self = result.secure != 0 ? .secure(found) : .insecure(found)
    }

    private static func records(of result: ub_result) -> [[UInt8]] {
        guard let data = result.data, let lengths = result.len else { return [] }
        var records: [[UInt8]] = []
        while records.count < Found<[UInt8]>.recordLimit, let start = data[records.count] {
            let bytes = UnsafeRawBufferPointer(start: start, count: Int(max(0, lengths[records.count])))
            records.append(Array(bytes))
        }
        return records
    }

    /// The zone that a result comes from, if the result shows it and the queried name does not.
    static func zone(_ result: ub_result) -> String? {
        guard let name = result.qname, result.answer_len > 12 else { return nil }
        return ZoneCuts.zone(of: String(cString: name).lowercased(), in: packet(result))
    }

    private static func packet(_ result: ub_result) -> UnsafeRawBufferPointer {
        let length = result.answer_packet == nil ? 0 : Int(max(0, result.answer_len))
        return UnsafeRawBufferPointer(start: result.answer_packet, count: length)
    }

    /// Why a result is bogus. Only the packet contains the dates of the signatures.
    private static func reason(_ result: ub_result) -> BogusReason {
        return BogusReason(
            unbound: result.why_bogus.map { String(cString: $0) } ?? "validation failed",
            hasData: result.havedata != 0, canonicalName: result.canonname.map { String(cString: $0) },
            deniesName: result.nxdomain != 0,
            signatures: SignatureRecord.all(in: packet(result)), now: unixTime())
    }

    /// The number of records, if there are too many for libunbound to validate; nil if there are not.
    ///
    /// libunbound writes the records in canonical form (RFC 4034 §6.2) into a buffer of 65,552 bytes. There, each
    /// record has its whole owner name. If they do not fit, libunbound calls them bogus, even if their signature is
    /// valid.
    private static func unvalidated(_ result: ub_result) -> Int? {
        guard let lengths = result.len, let data = result.data, let owner = result.canonname ?? result.qname else {
            return nil
        }
        var (count, size) = (0, 0)
        while data[count] != nil {
            // Type, class, TTL and length of the data take 10 bytes. The name in wire form is at most two bytes longer
            // than its text.
            size += Int(max(0, lengths[count])) + 10 + strlen(owner) + 2
            count += 1
        }
        return size > 65_000 ? count : nil
    }

    /// Whether records did not fit into the packet of a result (the TC bit, RFC 1035 §4.1.1).
    private static func isCut(_ result: ub_result) -> Bool {
        guard let packet = result.answer_packet, result.answer_len > 12, result.havedata == 0 else { return false }
        return UnsafeRawBufferPointer(start: packet, count: 12)[2] & 0x02 != 0
    }

    /// Whether the packet of a result is NOERROR with an answer (RFC 1035 §4.1.1).
    private static func isAnswer(_ result: ub_result) -> Bool {
        guard let packet = result.answer_packet, result.answer_len > 12 else { return false }
        let header = UnsafeRawBufferPointer(start: packet, count: 12)
        return header[3] & 0x0F == 0 && (header[6] | header[7]) != 0
    }

    /// Whether two names in presentation form are equal, ignoring case and a trailing dot.
    private static func isSame(_ one: UnsafePointer<CChar>, _ other: UnsafePointer<CChar>?) -> Bool {
        guard let other else { return false }
        func bare(_ name: UnsafePointer<CChar>) -> String {
            let text = String(cString: name).lowercased()
            return text.hasSuffix(".") ? String(text.dropLast()) : text
        }
        return bare(one) == bare(other)
    }

    private static func text(_ text: UnsafePointer<CChar>?) -> String? {
        guard let text else { return nil }
        return WireText.printable(String(cString: text).utf8)
    }

    private static func name(ofCode code: Int32) -> String {
        switch code {
        case 1: "FORMERR"
        case 4: "NOTIMP"
        case 5: "REFUSED"
        default: "RCODE \(code)"
        }
    }
}
