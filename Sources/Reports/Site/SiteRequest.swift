/// A command that is given to the hosts of a site.
public struct SiteRequest: Sendable {
    /// The command's words: `exempt`, `add`.
    let name: [String]
    /// Its options and then its other arguments.
    let arguments: [String]
    /// Options for this host alone.
    let localOptions: [String]

    /// Makes a request.
    public init(_ name: [String], _ arguments: [String], localOptions: [String] = []) {
        self.name = name
        self.arguments = arguments
        self.localOptions = localOptions
    }
}
