import Algorithms

extension StringProtocol {
    /// Returns the text without blanks at its ends.
    package func trimmingBlanks() -> String { String(trimming(while: { $0 == " " || $0 == "\t" })) }

    /// Returns the text without any of these characters at both ends.
    package func trimming(_ characters: String) -> String { String(trimming(while: { characters.contains($0) })) }
}
