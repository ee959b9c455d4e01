import DANE

/// The second question that some reasons leave open.
///
/// libunbound calls an answer bogus not only when something is wrong with it, but also when the name servers did not give it the
/// keys or the DS records of a zone on the way. RFC 7672 §2.1.1 (RFC 4035 §4.3) calls that indeterminate: nothing is known, and
/// nothing is proven to be wrong. libunbound's text only says what to ask for again; the answer to that question decides, and
/// all that it can do is to turn bogus into doubt.
extension BogusReason {
    /// What to ask for to complete the reason; nil if it is complete.
    var openQuestion: (DomainName, RecordType)? {
        guard let subject, let name = DomainName(subject.name.isEmpty ? "." : subject.name) else { return nil }
        switch (kind, subject.type) {
        case (.noKeys, "DNSKEY"): return (name, .dnskey)
        case (.unknownDelegation, "DS"): return (name, .ds)
        // There may be more of them than it has room to validate.
        case (.other, "DNSKEY"): return (name, .dnskey)
        case (.other, "DS"): return (name, .ds)
        // Their signatures are not in the answer to the first question.
        case (.expired, "DNSKEY"), (.notYetValid, "DNSKEY"): return time == nil ? (name, .dnskey) : nil
        case (.expired, "DS"), (.notYetValid, "DS"): return time == nil ? (name, .ds) : nil
        default: return nil
        }
    }

    /// The answer that the reason belonged to, seen in the light of the answer to `openQuestion`.
    func settled<Record>(by answer: Answer<Record>) -> Answer<Record> {
        switch (kind, answer) {
        case (.noKeys, .failed(let why)):
            return .failed("the keys (DNSKEY) of \(subject?.shownName ?? "") could not be looked up: \(why)")
        case (.unknownDelegation, .failed(let why)):
            return .failed("\(sentence(at: 0)): \(why)")
        case (.other, .failed(let why)):
            return .failed("\(subject?.records ?? "keys on the way") could not be looked up: \(why)")
        case (.unknownDelegation, .secure), (.unknownDelegation, .insecure):
            return .failed("\(sentence(at: 0)) at first")
        // There are keys now, or the delegation is gone: what was missing before is not missing for certain.
        case (.noKeys, .secure), (.noKeys, .insecure):
            return .failed("the keys (DNSKEY) of \(subject?.shownName ?? "") could not be looked up at first")
        case (.noKeys, .bogus(let other)) where other.hasData:
            return .failed("the keys (DNSKEY) of \(subject?.shownName ?? "") could not be looked up at first")
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
}
