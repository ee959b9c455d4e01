/// On whose behalf a host is probed: probes are shared out fairly between those.
public struct ProbeAsker: Hashable, Sendable {
    /// The zone whose mail is to be delivered, roughly what one owner has (`example.com`); empty where nobody in
    /// particular asks.
    public var zone: String
    /// Whether the host was authenticated before, by the same TLSA records: then a part of its probes that others
    /// cannot take is open to it.
    public var isVouched: Bool

    /// An asker.
    public init(zone: String, isVouched: Bool = false) {
        self.zone = zone
        self.isVouched = isVouched
    }

    /// Nobody in particular.
    public static let nobody = ProbeAsker(zone: "")
}
