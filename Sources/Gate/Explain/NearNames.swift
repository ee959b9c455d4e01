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
        let measured = names.map { ($0, Self.distance($0.lowercased(), word)) }
        // Two letters that have changed places are two.
        let distance = word.count < 4 ? 1 : max(2, min(3, word.count / 3))
        return measured.filter { $0.1 <= distance }.sorted { ($0.1, $0.0) < ($1.1, $1.0) }.prefix(limit).map(\.0)
    }

    /// Letters to insert, remove or change to get from one text to the other.
    static func distance(_ left: String, _ right: String) -> Int {
        let right = Array(right.utf8.prefix(64))
        var row = Array(0...right.count)
        for (index, letter) in left.utf8.prefix(64).enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in right.indices {
                let change = diagonal + (right[column] == letter ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(change, diagonal + 1, row[column] + 1)
            }
        }
        return row[right.count]
    }
}
