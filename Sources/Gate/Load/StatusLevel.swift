/// The states of monitoring plugins. The raw values are the values of `status` in JSON.
public enum StatusLevel: String, Codable, Sendable, Comparable, CaseIterable {
    case ok, warning, critical, unknown

    /// The exit status.
    public var exitStatus: Int32 { Int32(Self.allCases.firstIndex(of: self) ?? 3) }

    /// A less serious state is smaller than a more serious one.
    public static func < (left: StatusLevel, right: StatusLevel) -> Bool { left.exitStatus < right.exitStatus }
}
