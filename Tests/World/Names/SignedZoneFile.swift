import Foundation

/// A zone file as ldns-signzone writes it: one record a line, all names in full.
struct SignedZoneFile {
    private var lines: [String]
    private let zone: Zone

    /// The file of a zone.
    init(_ text: String, of zone: Zone) {
        lines = text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix(";") }
        self.zone = zone
    }

    /// The file's text.
    var text: String { lines.joined(separator: "\n") + "\n" }

    /// Does the zone's damage.
    ///
    /// - Parameter expired: The same zone signed with dates in the past, for `expiredSignature`.
    mutating func damage(expired: SignedZoneFile?) throws {
        for fault in zone.faults {
            switch fault {
            case .corruptSignature(let name, let type):
                try change(signaturesOf: name, type) { Self.corrupted($0) }
            case .missingSignature(let name, let type):
                try change(signaturesOf: name, type) { _ in nil }
            case .expiredSignature(let name, let type):
                let old = expired?.lines.filter { expired?.isSignature($0, of: name, type) == true } ?? []
                try change(signaturesOf: name, type) { _ in nil }
                lines += old
            case .missingDenial:
                lines.removeAll { line in
                    let fields = Self.fields(line)
                    let type = fields[3] == "RRSIG" ? fields[4] : fields[3]
                    return type == "NSEC" || type == "NSEC3"
                }
            case .corruptDenial:
                lines = lines.map { line in
                    let fields = Self.fields(line)
                    let isDenial = fields[3] == "RRSIG" && (fields[4] == "NSEC" || fields[4] == "NSEC3")
                    return isDenial ? Self.corrupted(line) : line
                }
            case .wrongDenial(let name, let type):
                try change(signaturesOf: name, type) { _ in nil }
                let owner = absolute(name)
                lines.removeAll { Self.fields($0)[0] == owner && Self.fields($0)[3] == type }
            case .unsignedRecord(let line):
                lines.append("$ORIGIN \(zone.origin)\n\(line)")
            }
        }
    }

    /// Writes TLSA records that are too short in a form that the name server reads: see `WireMessage.shortDataMark`.
    ///
    /// ldns prints them as the fields that are there, or as `\# 0`.
    mutating func markShortData() {
        lines = lines.map { line in
            let fields = Self.fields(line)
            guard fields.count < 8, fields[3] == "TLSA" else { return line }
            let data =
                WireMessage.shortDataMark + fields[4...].compactMap { UInt8($0) }.prefix(fields.contains("\\#") ? 0 : 3)
            let digits = data.map { String(format: "%02x", $0) }.joined()
            return "\(fields[0]) \(fields[1]) IN TYPE52 \\# \(data.count) \(digits)"
        }
    }

    private mutating func change(signaturesOf name: String, _ type: String, _ edit: (String) -> String?) throws {
        guard lines.contains(where: { isSignature($0, of: name, type) }) else {
            throw WorldError("zone \(zone.origin) has no signature over \(name) \(type) to damage")
        }
        lines = lines.compactMap { isSignature($0, of: name, type) ? edit($0) : $0 }
    }

    private func isSignature(_ line: String, of name: String, _ type: String) -> Bool {
        let fields = Self.fields(line)
        return fields.count > 4 && fields[3] == "RRSIG" && fields[4] == type && fields[0] == absolute(name)
    }

    private func absolute(_ name: String) -> String {
        if name == "@" { return zone.origin }
        if name.hasSuffix(".") { return name.lowercased() }
        return "\(name.lowercased()).\(zone.name.isEmpty ? "" : zone.origin)"
    }

    private static func fields(_ line: String) -> [String] {
        line.split(whereSeparator: \.isWhitespace).map(String.init)
    }

    /// The signature is the last field.
    private static func corrupted(_ line: String) -> String {
        var fields = fields(line)
        guard let last = fields.popLast(), var bytes = Data(base64Encoded: last) else { return line }
        bytes[bytes.count - 1] ^= 1
        return (fields + [bytes.base64EncodedString()]).joined(separator: " ")
    }
}
