extension StringProtocol {
    /// Returns the text without blanks at its ends.
    package func trimmingBlanks() -> String {
        let trimmed = drop { $0 == " " || $0 == "\t" }
        return String(trimmed.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}

extension String {
    /// Returns the text without any of these characters at both ends.
    package func trimming(_ characters: String) -> String {
        String(drop { characters.contains($0) }.reversed().drop { characters.contains($0) }.reversed())
    }
}
