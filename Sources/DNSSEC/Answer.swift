/// The result of a validated lookup.
///
/// The DNSSEC state is part of the result. The records of a bogus answer cannot be reached, because they must never be
/// used (RFC 4035 §5.5), and libunbound returns them with error code 0 and RCODE 0 like any others.
public enum Answer<Record: Sendable>: Sendable {
    /// Every link from the trust anchor to the answer, or to the proof that there is none, is valid.
    case secure(Found<Record>)
    /// The answer comes from a zone that is proven to be outside DNSSEC, or it is a denial covered by an NSEC3 opt-out.
    /// Both count alike.
    case insecure(Found<Record>)
    /// Validation failed.
    case bogus(BogusReason)
    /// Nothing could be found out: SERVFAIL without a failed validation, no answer in time, cancelled, or a resolver
    /// that does not work (D-06, RFC 7672 §2.1.1).
    case failed(LookupFailure)
}

extension Answer {
    /// The same answer with its records parsed. If `parse` throws, the answer is `.failed` with the reason.
    func map<Parsed>(_ parse: (Record) throws(MalformedRecordError) -> Parsed) -> Answer<Parsed> {
        do throws(MalformedRecordError) {
            switch self {
            case .secure(let found): return .secure(try found.map(parse))
            case .insecure(let found): return .insecure(try found.map(parse))
            case .bogus(let reason): return .bogus(reason)
            case .failed(let reason): return .failed(reason)
            }
        } catch {
            return .failed(LookupFailure(error.reason))
        }
    }
}
