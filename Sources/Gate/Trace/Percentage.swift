import Foundation

/// A share as a person reads it: small ones with as many digits as it takes to say something.
enum Percentage {
    /// `0.00023 %`, `12.5 %`, `100 %`.
    static func text(_ part: some BinaryInteger, of whole: some BinaryInteger) -> String {
        guard whole > 0, part > 0 else { return "0 %" }
        let percent = Double(part) / Double(whole) * 100
        // Two digits that count; from ten on, one behind the point.
        let digits = percent >= 10 ? 1 : max(1, 1 - Int(log10(percent).rounded(.down)))
        var text = String(format: "%.\(min(digits, 15))f", percent)
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        // Not all, and not none, whatever is rounded.
        if text == "100", part < whole { text = "99.9" }
        return "\(text) %"
    }

    /// The share of one, for JSON; nil of nothing.
    static func share(_ part: some BinaryInteger, of whole: some BinaryInteger) -> Double? {
        whole > 0 ? Double(part) / Double(whole) : nil
    }
}
