/// Writes numbers with the thing that they count: `1 recipient`, `2 recipients`.
public enum CountText {
    /// Returns a number and a noun whose plural ends in s.
    public static func of(_ number: some BinaryInteger, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
}
