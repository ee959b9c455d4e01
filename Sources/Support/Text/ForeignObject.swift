import Foundation

/// A line that another host has printed, and that is to be one JSON object. Its keys may be those of another version.
package struct ForeignObject {
    /// Its keys and values.
    package let values: [String: Any]
    private let line: String

    /// The most commas. Each value takes some 60 bytes here, and perhaps only two on the line.
    private static let valueLimit = 500_000

    /// Reads a line.
    ///
    /// - Parameter limit: The most bytes. A recipient of a trace with the inspection behind it has less than 256 KiB.
    /// - Returns: nil if it is no JSON object, is too large, or claims to be marked already.
    package init?(_ line: String, atMost limit: Int = 256 << 10) {
        guard line.utf8.count <= limit, line.utf8.count(where: { $0 == UInt8(ascii: ",") }) <= Self.valueLimit else {
            return nil
        }
        // JSONSerialization would also take other encodings for JSON, which NULs give away.
        guard line.utf8.first == UInt8(ascii: "{"), !line.utf8.contains(0),
            let values = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
            values["mta"] == nil
        else { return nil }
        self.values = values
        self.line = line
    }

    /// Returns the object with the host's name as `mta`, as one line without effect on a terminal. All else is as the
    /// host has written it: keys that this version does not know, and numbers with all their digits.
    package func marked(_ mta: String) -> String {
        let rest = TerminalText.json(line).dropFirst().drop { $0 == " " }
        return "{\"mta\":\(JSONLine.of(mta))\(values.isEmpty ? "" : ",")\(rest)"
    }

    /// Returns the line about a host that has not answered.
    package static func failed(_ mta: String, _ why: String) -> String {
        JSONLine.of(["mta": mta, "error": why])
    }

    /// A text; nil if there is none.
    package func text(_ key: String) -> String? { values[key] as? String }
    /// Whether a value is true.
    package func flag(_ key: String) -> Bool { values[key] as? Bool ?? false }
    /// The object of a key as one line of JSON; nil if there is none.
    package func object(_ key: String) -> String? {
        (values[key] as? [String: Any]).flatMap {
            try? JSONSerialization.data(withJSONObject: $0, options: [.sortedKeys, .withoutEscapingSlashes])
        }.map { String(decoding: $0, as: UTF8.self) }
    }
    /// A number that is whole and from 0 to a limit.
    package func number(_ key: String, atMost limit: Int64 = 1 << 40) -> Int64? {
        (values[key] as? Int64).flatMap { (0...limit).contains($0) ? $0 : nil }
    }
    /// The objects of a list, so many at most.
    package func objects(_ key: String, atMost limit: Int) -> [ForeignObject] {
        (values[key] as? [Any])?.prefix(limit).compactMap { ($0 as? [String: Any]).map(ForeignObject.init(values:)) }
            ?? []
    }
    /// The object of a key.
    package func child(_ key: String) -> ForeignObject? {
        (values[key] as? [String: Any]).map(ForeignObject.init(values:))
    }
    /// A time in milliseconds since 1970.
    package func time(_ key: String) -> Int64? { text(key).flatMap(UnixTime.milliseconds(iso8601:)) }

    private init(values: [String: Any]) {
        self.values = values
        line = "{}"
    }
}
