internal import CUnbound
import DANE
import Glibc

extension Answer<[UInt8]> {
    /// The answer in a `ub_result`, copied: nothing of the C memory is referred to afterwards.
    ///
    /// - Parameters:
    ///   - code: The error code of the callback; if not 0 there is no result.
    ///   - result: The result, valid during the call.
    init(code: Int32, result: ub_result?, keepingSignatures: Bool = false) {
        guard code == 0, let result else {
            self = .failed("\(OwnFailure.library)\(String(cString: ub_strerror(code)))")
            return
        }
        // Without its records it looks like a denial, a bogus one even: libunbound compresses the names of an answer only so far.
        guard !Self.isCut(result) else {
            self = .failed("the answer has more records than a message of libunbound holds")
            return
        }
        // First: a bogus answer looks like a good one otherwise, data and NXDOMAIN flag included (libs.md A8).
        guard result.bogus == 0 else {
            if let count = Self.unvalidated(result) {
                self = .failed("\(count) records are more than libunbound validates")
                return
            }
            self = .bogus(Self.reason(result))
            return
        }
        guard result.rcode == 0 || result.rcode == 3 else {
            // libunbound 1.17.1 cannot hand over a record whose RDATA is empty (its memdup takes length 0 for a failure) and
            // says SERVFAIL; the packet beside it shows what it really got.
            if result.rcode == 2, Self.isAnswer(result) {
                self = .failed("malformed answer: a record without data")
                return
            }
            // SERVFAIL is libunbound's own word for whatever the servers said or did not say.
            let code = result.rcode == 2 ? "" : " (\(Self.name(ofCode: result.rcode)))"
            self = .failed("the name servers gave no usable answer\(code)")
            return
        }
        var canonicalName: DomainName?
        if let target = result.canonname, !Self.isSame(target, result.qname) {
            guard let name = DomainName(String(cString: target)) else {
                self = .failed("malformed answer: the alias target \(Self.text(target) ?? "") is no host name")
                return
            }
            canonicalName = name
        }
        let records = result.havedata == 0 ? [] : Self.records(of: result)
        // A denial without an SOA record has no TTL, and libunbound reports the DO bit of the OPT record as one: 32768. So
        // does a denial from its cache; what is longer than `cache-max-negative-ttl` is no TTL (libs.md A8).
        let isUnknown = records.isEmpty && result.ttl > ContextOptions.longestDenial
        var found = Found(
            records: records,
            existence: !records.isEmpty ? .records : result.nxdomain != 0 ? .noSuchName : .noData,
            canonicalName: canonicalName, ttl: .seconds(isUnknown ? 60 : max(0, result.ttl)))
        if keepingSignatures { found.signatures = SignatureRecord.all(in: Self.packet(result)) }
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

    /// The zone that a result comes from, where it says so and the name asked for does not.
    static func zone(_ result: ub_result) -> String? {
        guard let name = result.qname, result.answer_len > 12 else { return nil }
        return ZoneCuts.zone(of: String(cString: name).lowercased(), in: packet(result))
    }

    private static func packet(_ result: ub_result) -> UnsafeRawBufferPointer {
        let length = result.answer_packet == nil ? 0 : Int(max(0, result.answer_len))
        return UnsafeRawBufferPointer(start: result.answer_packet, count: length)
    }

    /// Why a result is bogus. The dates are in the packet alone.
    private static func reason(_ result: ub_result) -> BogusReason {
        return BogusReason(
            unbound: result.why_bogus.map { String(cString: $0) } ?? "validation failed",
            hasData: result.havedata != 0, canonicalName: result.canonname.map { String(cString: $0) },
            deniesName: result.nxdomain != 0,
            signatures: SignatureRecord.all(in: packet(result)), now: Int64(time(nil)))
    }

    /// How many records there are, if they are too many for libunbound to validate; nil if they are not.
    ///
    /// It puts them in canonical form (RFC 4034 §6.2) into a buffer of 65,552 bytes, where each has its whole owner name
    /// again; if they do not fit it calls them bogus, though their signature may be in order.
    private static func unvalidated(_ result: ub_result) -> Int? {
        guard let lengths = result.len, let data = result.data, let owner = result.canonname ?? result.qname else {
            return nil
        }
        var (count, size) = (0, 0)
        while data[count] != nil {
            // Type, class, TTL, length of the data; the name in wire form has at most two bytes more than its text.
            size += Int(max(0, lengths[count])) + 10 + strlen(owner) + 2
            count += 1
        }
        return size > 65_000 ? count : nil
    }

    /// Whether the packet in a result lacks records that did not fit into it (the TC bit, RFC 1035 §4.1.1).
    private static func isCut(_ result: ub_result) -> Bool {
        guard let packet = result.answer_packet, result.answer_len > 12, result.havedata == 0 else { return false }
        return UnsafeRawBufferPointer(start: packet, count: 12)[2] & 0x02 != 0
    }

    /// Whether the packet in a result is NOERROR with an answer (RFC 1035 §4.1.1).
    private static func isAnswer(_ result: ub_result) -> Bool {
        guard let packet = result.answer_packet, result.answer_len > 12 else { return false }
        let header = UnsafeRawBufferPointer(start: packet, count: 12)
        return header[3] & 0x0F == 0 && (header[6] | header[7]) != 0
    }

    /// Whether two names in presentation form are the same, with or without the trailing dot, in any case.
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
