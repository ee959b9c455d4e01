/// Why the daemon does not start, or ended on its own.
public struct DaemonError: Error, Sendable {
    /// The kind of failure, as an exit status of sysexits.h: 69 for sockets and resources, 78 for settings.
    public let status: Int32
    /// The sentences.
    public let sentences: [String]
}
