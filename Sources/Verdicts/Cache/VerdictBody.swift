public import DANE
import Support

/// A verdict that many destinations share: those of one provider have the same host and the same cause.
public final class VerdictBody: Sendable, Hashable {
    /// The verdict.
    public let verdict: Verdict

    /// A new body. `VerdictBodies` knows whether there is one already.
    package init(_ verdict: Verdict) { self.verdict = verdict }

    /// About how many bytes it takes.
    var byteCount: Int { MemoryLayout<Verdict>.size + 16 + verdict.textBytes }

    /// Whether both say the same.
    public static func == (left: VerdictBody, right: VerdictBody) -> Bool {
        left === right || left.verdict == right.verdict
    }

    /// Adds the verdict to a hash.
    public func hash(into hasher: inout Hasher) { hasher.combine(verdict) }
}

extension Verdict {
    /// About how many more bytes its texts take.
    fileprivate var textBytes: Int {
        ([cause, host ?? ""] + hazards).reduce(hazards.count * 16) { $0 + $1.heapBytes }
    }
}
