/// Names several things, the hosts of a site say, in few words.
package enum NameList {
    /// So many are named.
    private static let named = 4

    /// Returns the names, or how many they are, or all but which.
    ///
    /// - Parameters:
    ///   - names: Some of them.
    ///   - count: How many there are.
    package static func text(_ names: [String], of count: Int) -> String {
        if names.count == count, count > 1 { return "all \(count)" }
        guard names.count > named else { return names.joined(separator: ", ") }
        return "\(names.prefix(named - 1).joined(separator: ", ")) and \(names.count - named + 1) more"
    }
}
