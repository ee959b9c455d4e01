/// Names that may have been meant by one that there is not.
public enum NearNames {
    /// More than so many are no help.
    private static let limit = 3
    /// What is longer is no slip of a name.
    private static let longest = 40

    /// The names that are a few letters away, the nearest first.
    public static func of(_ word: String, in names: [String]) -> [String] {
        guard word.count <= longest else { return [] }
        let word = word.lowercased()
        let measured = names.map { ($0, SettingsReader.distance($0.lowercased(), word)) }
        // Two letters that have changed places are two.
        let distance = word.count < 4 ? 1 : max(2, min(3, word.count / 3))
        return measured.filter { $0.1 <= distance }.sorted { ($0.1, $0.0) < ($1.1, $1.0) }.prefix(limit).map(\.0)
    }
}
