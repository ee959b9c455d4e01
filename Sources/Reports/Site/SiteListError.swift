/// Why a list of hosts cannot be used.
public struct SiteListError: Error, Sendable {
    /// The kind of fault, as an exit status of sysexits.h.
    public let status: Int32
    /// The faults, a sentence each.
    public let sentences: [String]
}
