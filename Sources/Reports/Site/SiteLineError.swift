/// What is wrong with a line of a list of hosts.
struct SiteLineError: Error {
    /// A clause without a full stop.
    let clause: String
}
