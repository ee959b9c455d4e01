import Foundation

/// A value as one line of JSON, as the commands print it.
package enum JSONLine {
    /// The line; its keys are sorted, so that it is the same each time.
    package static func of(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        // Strings, numbers and arrays of them: nothing of ours can fail to encode.
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}
