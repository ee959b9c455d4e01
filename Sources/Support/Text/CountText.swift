/// Numbers with what they count, `1 recipient`, `2 recipients`.
public enum CountText {
    /// A number and a noun whose plural ends in s.
    public static func of(_ number: some BinaryInteger, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
}
