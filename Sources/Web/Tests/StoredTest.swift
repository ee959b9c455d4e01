/// A test that has ended, as it is kept: what `danegate check` says of it, and what its page shows. Whoever has its
/// address may read all of it, so it holds nothing that only administrators may see.
struct StoredTest: Codable, Sendable {
    /// The version of this form. A file of another one is not read.
    static let form = 2

    var form = Self.form
    let id: InspectionID
    /// The domain or next hop as the daemon writes it.
    let domain: String
    /// When it ended, in seconds since 1970.
    let time: Int64
    /// The line of `danegate check --json`.
    let json: String
    /// The text of `danegate check --verbose`.
    let text: String
    /// What the page shows.
    let view: ResultView
}
