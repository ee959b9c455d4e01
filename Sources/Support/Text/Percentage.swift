/// Writes a share with as many digits as tell it from none and from all: `0.00023 %`, `99.9998 %`.
package enum Percentage {
    /// Returns the share of a part in a whole; `-` if the whole is zero.
    package static func text(_ part: some BinaryInteger, of whole: some BinaryInteger) -> String {
        guard whole > 0 else { return "-" }
        if part <= 0 { return "0 %" }
        if Double(part) >= Double(whole) { return "100 %" }
        return text(Double(part) / Double(whole) * 100)
    }

    /// Returns a number of percent.
    package static func text(_ share: Double) -> String {
        if share <= 0 { return "0 %" }
        if share >= 100 { return "100 %" }
        // Two digits of the smaller number: the share, or what is missing to 100.
        var edge = min(share, 100 - share)
        var decimals = 1
        while edge < 1, decimals < 12 {
            edge *= 10
            decimals += 1
        }
        return "\(fixed(share, decimals)) %"
    }

    /// Returns the share as a number from 0 to 1, for JSON; nil if the whole is zero.
    package static func share(_ part: some BinaryInteger, of whole: some BinaryInteger) -> Double? {
        whole > 0 ? Double(part) / Double(whole) : nil
    }

    private static func fixed(_ value: Double, _ decimals: Int) -> String {
        let scale = (0..<decimals).reduce(1.0) { scale, _ in scale * 10 }
        let digits = "\(Int((value * scale).rounded()))"
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        var text = "\(padded.dropLast(decimals)).\(padded.suffix(decimals))"
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }
}
