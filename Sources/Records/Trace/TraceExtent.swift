import DANE
public import Policy
import Support

/// How many recipients are in a trace, and from which moment on it has all that were refused or would have been.
public struct TraceExtent: Sendable, Hashable {
    /// The number of recipients in the file.
    public let rows: Int64
    /// The moment, in milliseconds since 1970; nil if no recipient has been counted yet.
    public let since: Int64?

    /// Returns a sentence that no recipient matches, with the likely reason.
    public func sentence(_ filter: TraceFilter, _ settings: Settings) -> String {
        guard let since else { return "the trace is empty: no recipient has been counted yet." }
        let from = "\(TraceTime.brief(since)) UTC"
        guard rows > 0 else {
            return
                "nobody matches: the trace goes back to \(from), and nobody has been refused since, or would have been."
        }
        var sentence =
            "nobody matches among the \(CountText.of(rows, "recipient")) of the trace, which goes back to \(from)."
        if filter.outcome?.allowsDelivery == true || filter.ruling == .accept {
            sentence += " Mail that passes is counted and not kept: danegate report tells how much."
        }
        if let until = filter.until, until <= since { sentence += " --until is earlier than that." }
        let isAddress = [filter.recipient, filter.sender].contains {
            ($0 ?? "@").first.map { $0 != "@" && $0 != "<" } ?? false
        }
        if settings.traceAddresses == .domain, isAddress {
            sentence += " Only domains are kept (DANEGATE_TRACE_ADDRESSES=domain): try --domain."
        }
        return sentence
    }
}
