/// An environment file as systemd's `EnvironmentFile=` has it: `NAME=value` lines, `#` and `;` comments, optional quotes.
///
/// swift-configuration reads such files too, but passes over what it does not understand, and keeps quotes as part of the
/// value. A typing error in the path of production mail deserves a sentence.
enum EnvironmentFile {
    /// Larger files are no environment files.
    static let limit = 1 << 20

    /// The variables of a file, or a sentence for each line that cannot be read.
    static func read(_ path: String) -> Result<[String: String], SettingsReader.Faults> {
        switch ReadableFile.contents(path, limit: limit) {
        case .failure(let fault):
            return .failure(.init(sentences: ["--env-file \(LogLine.escaped(path)): \(fault.clause)."]))
        case .success(let text):
            return parse(text, path: path)
        }
    }

    static func parse(_ text: String, path: String) -> Result<[String: String], SettingsReader.Faults> {
        var values: [String: String] = [:]
        var faults: [String] = []
        for (index, line) in text.linesOfFile.enumerated() {
            let line = line.trimmingBlanks()
            if line.isEmpty || line.hasPrefix("#") || line.hasPrefix(";") { continue }
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = parts[0].trimmingBlanks()
            guard parts.count == 2, !name.isEmpty, name.utf8.allSatisfy(isNameByte),
                let value = unquoted(parts[1].trimmingBlanks())
            else {
                faults.append("\(LogLine.escaped(path)):\(index + 1): must be NAME=value, a comment or empty.")
                continue
            }
            guard value.allSatisfy(isText) else {
                faults.append("\(LogLine.escaped(path)):\(index + 1): the value must not have control characters.")
                continue
            }
            values[name] = value
        }
        return faults.isEmpty ? .success(values) : .failure(.init(sentences: faults))
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// systemd takes no value with control characters either, tabs aside.
    private static func isText(_ character: Character) -> Bool {
        if character == "\t" { return true }
        return !character.isNewline && !character.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
    }

    private static func unquoted(_ text: String) -> String? {
        guard let quote = text.first, quote == "\"" || quote == "'" else { return text }
        guard text.count >= 2, text.last == quote else { return nil }
        let inner = text.dropFirst().dropLast()
        return inner.contains(quote) ? nil : String(inner)
    }
}
