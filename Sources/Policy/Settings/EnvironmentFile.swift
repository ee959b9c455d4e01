import Glibc
import Support

/// Reads an environment file as systemd reads the file of `EnvironmentFile=`: lines `NAME=value`, comments after `#`
/// and `;`, optional quotes.
///
/// swift-configuration can read such files too, but it skips lines that it does not understand, and keeps quotes in the
/// value. danegate names such an error instead, because mail depends on the settings.
public enum EnvironmentFile {
    /// The largest file that is read, in bytes.
    static let limit = 1 << 20

    /// The paths at which the file is looked for if none is named. The first file that exists is read.
    public static let places = ["/etc/danegate/danegate.env", "/etc/default/danegate"]

    /// Returns the first of these paths at which a file exists, or at which this user may not see whether one does; nil
    /// if there is none. A link to a missing file counts: somebody has placed it there so that a file is read.
    static func find() -> String? {
        places.first { path in
            var facts = stat()
            return lstat(path, &facts) == 0 || errno != ENOENT && errno != ENOTDIR
        }
    }

    /// Whether a file is closed to this user: the user may not read it, or not see whether it exists.
    static func isKept(_ path: String) -> Bool { access(path, R_OK) != 0 && errno == EACCES }

    /// Returns the variables of a file, or a sentence per line that cannot be read.
    static func read(_ path: String) -> Result<[String: String], SettingsError> {
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

    static func parse(_ text: String, path: String) -> Result<[String: String], SettingsError> {
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
                    "\(LogLine.escaped(path)):\(index + 1): \(name.prefix(shownLength)) is no setting; "
                        + "did you mean \(meant)?"
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

    /// Longer names are cut in sentences.
    private static let shownLength = 40
    private static let names = Setting.catalogue.map(\.name)
    private static let fullNames = names.map { SettingsReader.prefix + $0 }

    /// Returns a hint for a line that looks like one of a shell script.
    private static func hint(_ line: String) -> String {
        line.hasPrefix("export ") ? ", without export" : ""
    }

    /// Returns the setting that a name must mean if the name lacks the prefix or is not in capitals; nil if it is a
    /// setting, or the variable of another program. The file is danegate's own, so it should have little else in it.
    private static func meant(by name: String) -> String? {
        let prefix = SettingsReader.prefix
        // Names with the prefix are checked later, together with those of the environment.
        guard !name.hasPrefix(prefix) else { return nil }
        let capitals = name.uppercased()
        if capitals.hasPrefix(prefix) {
            let rest = String(capitals.dropFirst(prefix.count))
            return prefix
                + (names.contains(rest)
                    ? rest : NearNames.of(rest, in: names).first ?? String(rest.prefix(shownLength)))
        }
        if names.contains(capitals) { return prefix + capitals }
        // Examples are DANGATE_MODE and DANEGATEMODE.
        let whole = NearNames.of(capitals, in: fullNames).first
        if let whole { return whole }
        guard capitals.utf8.count >= 6 else { return nil }
        return names.filter { NearNames.distance($0, capitals) <= 1 }.min().map { prefix + $0 }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// Whether systemd accepts the character in a value. It refuses control characters, except tabs.
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
