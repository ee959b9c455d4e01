package import DANE
import Support

/// A verdict that many destinations share: those of one provider have the same host and the same cause.
package final class VerdictBody: Sendable, Hashable {
    /// The verdict.
    let verdict: Verdict

    /// A new body. `VerdictBodies` knows whether there is one already.
    package init(_ verdict: Verdict) { self.verdict = verdict }

    /// About how many bytes it takes.
    var byteCount: Int { MemoryLayout<Verdict>.size + 16 + verdict.textBytes }

    package static func == (left: VerdictBody, right: VerdictBody) -> Bool {
        left === right || left.verdict == right.verdict
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(verdict) }
}

extension Verdict {
    /// About how many more bytes its texts take.
    fileprivate var textBytes: Int {
        ([cause, host ?? ""] + hazards).reduce(hazards.count * 16) { $0 + $1.heapBytes }
    }
}
