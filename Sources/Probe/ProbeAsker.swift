/// On whose behalf a host is probed. Probes are shared fairly between these.
public struct ProbeAsker: Hashable, Sendable {
    /// The zone that the mail is for, roughly what one owner has (`example.com`). Empty if the probe is for nobody in
    /// particular.
    public var zone: String
    /// Whether the host was authenticated before, by the same TLSA records. Some of its probes are reserved for such
    /// cases.
    public var isVouched: Bool

    /// An asker with these values.
    public init(zone: String, isVouched: Bool = false) {
        self.zone = zone
        self.isVouched = isVouched
    }

    /// Nobody in particular.
    public static let nobody = ProbeAsker(zone: "")
}
