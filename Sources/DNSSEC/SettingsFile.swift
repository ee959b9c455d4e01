import DANE
import Glibc

/// The text of a file that a setting names, read before libunbound gets to see its path: libunbound takes paths of files that
/// do not exist, and an empty trust anchor file turns validation off without a word (libs.md A6, A7).
struct SettingsFile {
    /// More than this is no file of settings.
    private static let sizeLimit = 4 << 20

    /// The path, as set.
    let path: String
    /// The contents.
    let text: String

    /// Reads the file.
    ///
    /// - Parameter purpose: What the file is, for the error: "root hints file".
    /// - Throws: If it is not there, cannot be read, is no ordinary file, is too long or holds nothing.
    init(_ path: String, purpose: String) throws(ResolverError) {
        self.path = path
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else {
            throw ResolverError("\(purpose) \(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw ResolverError("\(purpose) \(path) is no ordinary file")
        }
        guard status.st_size <= Self.sizeLimit else { throw ResolverError("\(purpose) \(path) is too long") }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var filled = 0
        while filled < bytes.count {
            let count = bytes.withUnsafeMutableBytes { read(file, $0.baseAddress! + filled, $0.count - filled) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { break }
            filled += count
        }
        text = String(decoding: bytes.prefix(filled), as: UTF8.self)
        guard text.contains(where: { !$0.isWhitespace }) else { throw ResolverError("\(purpose) \(path) is empty") }
    }

    /// The lines without comments: from `;` on in a zone file, from a `#` at the start of a word in unbound.conf(5). Neither
    /// has a meaning in the other that matters here.
    private var lines: [Substring] {
        text.split(whereSeparator: \.isNewline).map { line in
            var previous: Character = " "
            return line.prefix { character in
                defer { previous = character }
                return character != ";" && !(character == "#" && previous.isWhitespace)
            }
        }
    }

    /// The trust anchors of the file, each one line in zone file form.
    ///
    /// In a file kept by RFC 5011, a key still waiting for its acceptance or already revoked is none: of the keys with a
    /// state only those VALID (2) and MISSING (3) are trusted (RFC 5011 §4).
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

    /// Whether the file, as unbound.conf(5) or as root hints, names an address of the loopback network, or names a file that
    /// does (`include:`, `root-hints:`).
    func mentionsLoopback(depth: Int = 2) -> Bool {
        lines.contains { line in
            line.split(whereSeparator: { $0.isWhitespace || $0 == "\"" || $0 == "'" }).contains { word in
                // addr@port#name, addr/bits, and "forward-addr:127.0.0.1" without a blank.
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
    /// Whether this host itself answers: 127.0.0.0/8, ::1, and the former in IPv6 clothes.
    var isLoopback: Bool {
        switch self {
        case .v4(let number): number >> 24 == 127
        case .v6(let high, let low): high == 0 && (low == 1 || low >> 24 == 0xFFFF_7F)
        }
    }
}
