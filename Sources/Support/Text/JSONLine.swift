import Foundation

/// Writes a value as one line of JSON, for the output of the commands.
package enum JSONLine {
    /// Returns the line. Its keys are sorted, so that the same value gives the same line.
    package static func of(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        // It holds only strings, numbers, and arrays and objects of them, which always encode.
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}
