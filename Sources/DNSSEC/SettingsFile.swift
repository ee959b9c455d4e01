import DANE
import Support

/// The text of a file that a setting names. It is read before libunbound gets the path (D-01, RFC 7672 §2.1.1):
/// libunbound accepts the path of a file that does not exist, and an empty trust anchor file silently turns validation
/// off.
struct SettingsFile {
    /// The largest file that is read, in bytes.
    private static let sizeLimit = 4 << 20

    /// The path, as set.
    let path: String
    /// The contents.
    let text: String

    /// Reads the file.
    ///
    /// - Parameter purpose: What the file is, for the error: "root hints file".
    /// - Throws: If the file does not exist, cannot be read, is not a regular file, is too large or is empty.
    init(_ path: String, purpose: String) throws(ResolverError) {
        self.path = path
        switch ReadableFile.contents(path, limit: Self.sizeLimit) {
        case .success(let text): self.text = text
        case .failure(.refused(let why, _)): throw ResolverError("\(purpose) \(path) cannot be read: \(why)")
        case .failure(.notRegular): throw ResolverError("\(purpose) \(path) is no ordinary file")
        case .failure(.tooLong): throw ResolverError("\(purpose) \(path) is too long")
        }
        guard text.contains(where: { !$0.isWhitespace }) else { throw ResolverError("\(purpose) \(path) is empty") }
    }

    /// The lines without comments. A comment begins with `;` in a zone file, and with `#` at the start of a word in
    /// unbound.conf(5). In the other kind of file, these characters have no meaning that matters here.
    private var lines: [Substring] {
        text.split(whereSeparator: \.isNewline).map { line in
            var previous: Character = " "
            return line.prefix { character in
                defer { previous = character }
                return character != ";" && !(character == "#" && previous.isWhitespace)
            }
        }
    }

    /// The trust anchors in the file, each as one line in zone file form.
    ///
    /// A file kept by RFC 5011 also lists keys that are not accepted yet or are revoked. If a key has a state, it is
    /// trusted only in the states VALID (2) and MISSING (3) (RFC 5011 §4).
    var anchors: [String] {
        text.split(whereSeparator: \.isNewline).compactMap { line in
            let record = line.prefix { $0 != ";" }
            let fields = record.split(whereSeparator: \.isWhitespace).prefix(4)
            guard fields.contains(where: { $0.uppercased() == "DS" || $0.uppercased() == "DNSKEY" }) else { return nil }
            if let state = line.split(separator: ";;state=").dropFirst().first?.first, state != "2", state != "3" {
                return nil
            }
            return String(record)
        }
    }

    /// Whether the file names an address of the loopback network, as unbound.conf(5) or as root hints. Files that it
    /// names (`include:`, `root-hints:`) are searched too.
    func mentionsLoopback(depth: Int = 2) -> Bool {
        lines.contains { line in
            line.split(whereSeparator: { $0.isWhitespace || $0 == "\"" || $0 == "'" }).contains { word in
                // Forms: addr@port#name, addr/bits, and "forward-addr:127.0.0.1" without a blank.
                let bare = word.prefix { $0 != "@" && $0 != "#" && $0 != "/" }
                let afterColon = bare.split(separator: ":", maxSplits: 1).last ?? bare
                if IPAddress(bare)?.isLoopback == true || IPAddress(afterColon)?.isLoopback == true { return true }
                guard depth > 0, word.hasPrefix("/"), let file = try? Self(String(word), purpose: "file") else {
                    return false
                }
                return file.mentionsLoopback(depth: depth - 1)
            }
        }
    }
}

extension IPAddress {
    /// Whether the address is on loopback: 127.0.0.0/8, also in IPv6 form, and ::1.
    var isLoopback: Bool {
        switch self {
        case .v4(let number): number >> 24 == 127
        case .v6(let high, let low): high == 0 && (low == 1 || low >> 24 == 0xFFFF_7F)
        }
    }
}
