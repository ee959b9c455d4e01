@testable import Support

extension FuzzTarget {
    /// Values of a log line, between NUL bytes.
    static let logLines = FuzzTarget("log-lines") { bytes in
        let values = bytes.texts
        var line = LogLine(event: "fuzz")
        for value in values { line.add("key", value) }
        let text = line.description
        // Four bytes for one, quotes, and the key.
        try requireLine(text, atMost: 10 + values.count * (512 * 4 + 7), "a line")
        let read = try pairs(of: Array(text.utf8))
        try require(read.count == values.count + 1, "\(values.count) values read as \(read.count - 1): \(text)")
        try require(read[0] == ("event", "fuzz"), "another event: \(text)")
        for (pair, value) in zip(read.dropFirst(), values) {
            try require(pair.0 == "key", "the key \(pair.0) out of a value: \(text)")
            let shown = value.isEmpty ? "-" : String(decoding: value.utf8.prefix(512), as: Unicode.ASCII.self)
            if value.utf8.allSatisfy({ $0 < 0x80 }) { try require(pair.1 == shown, "\(value) reads as \(pair.1)") }
        }
    }

    /// A reader of such lines, as a log's reader would write it.
    private static func pairs(of line: [UInt8]) throws -> [(String, String)] {
        var rest = line[...]
        var pairs: [(String, String)] = []
        while !rest.isEmpty {
            guard let equals = rest.firstIndex(of: UInt8(ascii: "=")) else {
                throw Broken(description: "no key in \(line.text)")
            }
            let key = Array(rest[..<equals]).text
            rest = rest[(equals + 1)...]
            var value: [UInt8] = []
            let isQuoted = rest.first == UInt8(ascii: "\"")
            if isQuoted { rest = rest.dropFirst() }
            while let byte = rest.popFirst() {
                if byte == UInt8(ascii: isQuoted ? "\"" : " ") { break }
                guard byte == UInt8(ascii: "\\"), let escaped = rest.popFirst() else {
                    value.append(byte)
                    continue
                }
                if escaped == UInt8(ascii: "x") {
                    value.append(UInt8(Array(rest.prefix(2)).text, radix: 16) ?? 0)
                    rest = rest.dropFirst(2)
                } else {
                    value.append(escaped)
                }
            }
            if isQuoted, let blank = rest.popFirst() {
                try require(blank == UInt8(ascii: " "), "something behind a value in \(line.text)")
            }
            pairs.append((key, value.text))
        }
        return pairs
    }
}
