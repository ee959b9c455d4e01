extension StringProtocol {
    /// The sentence with a full stop, unless it ends otherwise.
    package var ended: String { String(self) + (last.map { ".:!?".contains($0) } ?? false ? "" : ".") }
}
