/// The result of a validated lookup.
///
/// What DNSSEC made of the data travels with it: there is no way to the records of a bogus answer, because libunbound hands
/// them out with return code 0 like any others (libs.md A8) and they must never be used (RFC 4035 §5.5).
public enum Answer<Record: Sendable>: Sendable {
    /// Every link from the trust anchor to the answer, or to the proof that there is none, was validated.
    case secure(Found<Record>)
    /// The answer comes from a zone that is proven to be outside DNSSEC, or its denial spans an NSEC3 opt-out.
    case insecure(Found<Record>)
    /// Validation failed.
    case bogus(BogusReason)
    /// Nothing could be found out: SERVFAIL without a failed validation, no answer in time, cancelled, resolver out of order.
    /// The reason is a sentence without a full stop, printable ASCII of bounded length.
    case failed(String)
}

extension Answer {
    /// The same answer with its records read by `parse`, which says in `Malformed` what is wrong with one it cannot read.
    func map<Parsed>(_ parse: (Record) throws(Malformed) -> Parsed) -> Answer<Parsed> {
        do throws(Malformed) {
            switch self {
            case .secure(let found): return .secure(try found.map(parse))
            case .insecure(let found): return .insecure(try found.map(parse))
            case .bogus(let reason): return .bogus(reason)
            case .failed(let reason): return .failed(reason)
            }
        } catch {
            return .failed(error.reason)
        }
    }
}

/// Why data that passed validation cannot be used all the same.
struct Malformed: Error {
    /// A sentence without a full stop, printable.
    let reason: String

    /// An error of that reason.
    init(_ reason: String) { self.reason = reason }
}
