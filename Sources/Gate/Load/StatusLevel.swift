/// The states of monitoring plugins; the raw values are the `status` of the JSON.
public enum StatusLevel: String, Codable, Sendable, Comparable, CaseIterable {
    case ok, warning, critical, unknown

    /// The exit status.
    public var exitStatus: Int32 { Int32(Self.allCases.firstIndex(of: self) ?? 3) }

    /// The less bad before the worse.
    public static func < (left: StatusLevel, right: StatusLevel) -> Bool { left.exitStatus < right.exitStatus }
}
