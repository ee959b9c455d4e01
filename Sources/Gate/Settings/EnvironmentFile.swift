import Glibc

/// An environment file as systemd's `EnvironmentFile=` has it: `NAME=value` lines, `#` and `;` comments, optional quotes.
///
/// swift-configuration reads such files too, but passes over what it does not understand, and keeps quotes as part of the
/// value. A typing error in the path of production mail deserves a sentence.
public enum EnvironmentFile {
    /// Larger files are no environment files.
    static let limit = 1 << 20

    /// Where the file is looked for if none is named; the first that is there.
    public static let places = ["/etc/danegate/danegate.env", "/etc/default/danegate"]

    /// The first of the places where there is a file, or where this user may not see whether there is one; nil if there
    /// is none. A link to nothing is one: somebody has put it there for a file to be read.
    static func find() -> String? {
        places.first { path in
            var facts = stat()
            return lstat(path, &facts) == 0 || errno != ENOENT && errno != ENOTDIR
        }
    }

    /// Whether a file is kept from this user: it is not his to read, or to see.
    static func isKept(_ path: String) -> Bool { access(path, R_OK) != 0 && errno == EACCES }

    /// The variables of a file, or a sentence for each line that cannot be read.
    static func read(_ path: String) -> Result<[String: String], SettingsReader.Faults> {
        switch ReadableFile.contents(path, limit: limit) {
        case .failure(let fault):
            return .failure(.init(sentences: ["the environment file \(LogLine.escaped(path)): \(fault.clause)."]))
        case .success(let text):
            return parse(text, path: path)
        }
    }

    /// The variables of the lines that can be read, whatever is wrong with the others.
    static func readable(_ path: String) -> [String: String] {
        guard case .success(let text) = ReadableFile.contents(path, limit: limit) else { return [:] }
        return lines(text, path: path).values
    }

    static func parse(_ text: String, path: String) -> Result<[String: String], SettingsReader.Faults> {
        let (values, faults) = lines(text, path: path)
        return faults.isEmpty ? .success(values) : .failure(.init(sentences: faults))
    }

    private static func lines(_ text: String, path: String) -> (values: [String: String], faults: [String]) {
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
                faults.append(
                    "\(LogLine.escaped(path)):\(index + 1): must be NAME=value, a comment or empty\(hint(line)).")
                continue
            }
            if let meant = Self.meant(by: name) {
                faults.append(
                    "\(LogLine.escaped(path)):\(index + 1): \(name.prefix(shownLength)) is no setting; did you mean \(meant)?"
                )
                continue
            }
            guard value.allSatisfy(isText) else {
                faults.append("\(LogLine.escaped(path)):\(index + 1): the value must not have control characters.")
                continue
            }
            values[name] = value
        }
        return (values, faults)
    }

    /// Longer names are cut in a sentence.
    private static let shownLength = 40
    private static let names = Setting.catalogue.map(\.name)
    private static let fullNames = names.map { SettingsReader.prefix + $0 }

    /// What a line of a shell's may be about.
    private static func hint(_ line: String) -> String {
        line.hasPrefix("export ") ? ", without export" : ""
    }

    /// The setting that a name stands for, which lacks the prefix or is not in capitals; nil if it is one, or another
    /// variable. The file is danegate's own, so that there is little else to be meant.
    private static func meant(by name: String) -> String? {
        let prefix = SettingsReader.prefix
        // What is wrong behind the prefix is told with what is wrong in the environment.
        guard !name.hasPrefix(prefix) else { return nil }
        let capitals = name.uppercased()
        if capitals.hasPrefix(prefix) {
            let rest = String(capitals.dropFirst(prefix.count))
            return prefix
                + (names.contains(rest)
                    ? rest : NearNames.of(rest, in: names).first ?? String(rest.prefix(shownLength)))
        }
        if names.contains(capitals) { return prefix + capitals }
        // DANGATE_MODE, or DANEGATEMODE.
        let whole = NearNames.of(capitals, in: fullNames).first
        if let whole { return whole }
        guard capitals.utf8.count >= 6 else { return nil }
        return names.filter { SettingsReader.distance($0, capitals) <= 1 }.min().map { prefix + $0 }
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
