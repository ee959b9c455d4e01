import DANE
import DNSSEC
import Inspection

/// When the signatures of a destination end, question by question.
///
/// A look-up that fails, or whose answer is bogus, says nothing about a signature that was found before: its end stays
/// until another one is found or it has passed. A proof that nothing is signed any more takes it away.
struct SignatureEnds: Sendable {
    /// A question whose answer may be signed.
    struct Question: Sendable, Hashable {
        let name: DomainName
        let type: SignedType
    }

    private struct Known {
        let end: ExpiryEnd
        /// Whether the last look has seen it.
        var isSeen = true
    }

    private var known: [Question: Known] = [:]

    /// Takes in the answers of a look. What was not asked this time no longer counts.
    mutating func take(_ answers: [Question: Answer<SignatureExpiry>]) {
        var next: [Question: Known] = [:]
        for (question, answer) in answers {
            switch answer {
            case .secure(let found):
                guard let first = found.records.min(by: { $0.time < $1.time }) else { continue }
                next[question] = Known(end: ExpiryEnd(subject: first.subject, time: first.time))
            case .insecure: continue
            case .bogus, .failed:
                next[question] = known[question]
                next[question]?.isSeen = false
            }
        }
        known = next
    }

    /// The first end.
    ///
    /// - Parameter now: Seconds since 1970. Until a signature is replaced it may still be seen after its end, because
    ///   validators allow for clocks that are wrong.
    func first(at now: Int64) -> ExpiryEnd? {
        known.values.filter { $0.isSeen || $0.end.time >= now }.map(\.end).min { $0.time < $1.time }
    }
}
