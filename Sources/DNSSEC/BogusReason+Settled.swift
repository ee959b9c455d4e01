import DANE

/// The second question that some reasons require.
///
/// libunbound calls an answer bogus if something is wrong with it, but also if the name servers did not return the keys
/// or the DS records of a zone on the way. RFC 7672 §2.1.1 calls the latter indeterminate (RFC 4035 §4.3): nothing is
/// known, and nothing is proven to be wrong. libunbound's text only shows what to ask again. The answer to that
/// question can turn bogus into a doubt, and nothing else.
extension BogusReason {
    /// What to look up to complete the reason. nil if it is complete.
    var openQuestion: (DomainName, RecordType)? {
        guard let subject, let name = DomainName(subject.name.isEmpty ? "." : subject.name) else { return nil }
        switch (kind, subject.type) {
        case (.noKeys, "DNSKEY"): return (name, .dnskey)
        case (.unknownDelegation, "DS"): return (name, .ds)
        // F-118: there may be too many of them for libunbound to validate.
        case (.other, "DNSKEY"): return (name, .dnskey)
        case (.other, "DS"): return (name, .ds)
        // The answer to the first question does not contain their signatures.
        case (.expired, "DNSKEY"), (.notYetValid, "DNSKEY"): return time == nil ? (name, .dnskey) : nil
        case (.expired, "DS"), (.notYetValid, "DS"): return time == nil ? (name, .ds) : nil
        default: return nil
        }
    }

    /// The answer that the reason belongs to, given the answer to `openQuestion`.
    func settled<Record>(by answer: Answer<Record>) -> Answer<Record> {
        // D-04, RFC 7672 §2.1.1: indeterminate is a failed lookup.
        switch (kind, answer) {
        case (.noKeys, .failed(let why)):
            return .failed(why.about("the keys (DNSKEY) of \(subject?.shownName ?? "") could not be looked up"))
        case (.unknownDelegation, .failed(let why)):
            return .failed(why.about(sentence(at: 0)))
        case (.other, .failed(let why)):
            return .failed(why.about("\(subject?.records ?? "keys on the way") could not be looked up"))
        case (.unknownDelegation, .secure), (.unknownDelegation, .insecure):
            return .failed(LookupFailure("\(sentence(at: 0)) at first"))
        // The keys exist now, or the delegation is gone. So it is no longer certain that anything was missing.
        case (.noKeys, .secure), (.noKeys, .insecure):
            return .failed(keysMissedAtFirst)
        case (.noKeys, .bogus(let other)) where other.hasData:
            return .failed(keysMissedAtFirst)
        case (.expired, .bogus(let other)) where other.kind == .expired && other.subject == subject,
            (.notYetValid, .bogus(let other)) where other.kind == .notYetValid && other.subject == subject:
            return .bogus(
                BogusReason(
                    kind, question: question, subject: subject, deniesName: deniesName, hasData: hasData,
                    time: other.time, detail: detail))
        default:
            return .bogus(self)
        }
    }

    private var keysMissedAtFirst: LookupFailure {
        LookupFailure("the keys (DNSKEY) of \(subject?.shownName ?? "") could not be looked up at first")
    }
}
