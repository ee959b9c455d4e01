extension StringProtocol {
    /// The parts between some bytes, which are ASCII.
    ///
    /// The characters of Swift are clusters: a comma behind U+06DD, or before a combining accent, is none. So what a
    /// stranger writes could hide the comma that a proxy sets.
    ///
    /// - Parameters:
    ///   - most: The most cuts.
    ///   - omits: Whether empty parts are left out.
    func parts(
        between byte: Unicode.Scalar, most: Int = .max, omittingEmpty omits: Bool = false
    ) -> [Substring] {
        let text = Substring(self)
        return text.utf8.split(separator: UInt8(ascii: byte), maxSplits: most, omittingEmptySubsequences: omits)
            .map { Substring($0) }
    }
}
