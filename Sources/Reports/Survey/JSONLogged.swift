import Foundation
import Support

/// A line of a log within a JSON object, as `journalctl -o json`, Docker's json-file, syslog-ng, rsyslog and collectors
/// write it.
struct JSONLogged {
    /// The message, or the whole line.
    let message: [UInt8]
    /// The program, if the object names one.
    let program: LogProgram?
    /// The stream of the container that wrote it; nil if the object names none.
    let stream: String?
    /// Whether the line continues in the next object of this stream.
    let isPart: Bool

    /// Docker splits lines that are longer, in bytes.
    private static let part = 16_000

    /// - Returns: The line; nil if the text is no object, or has no message in it.
    init?(_ text: LentBytes) {
        guard let base = text.baseAddress, text.count <= SurveyLine.limit else { return nil }
        let data = Data(bytesNoCopy: UnsafeMutableRawPointer(mutating: base), count: text.count, deallocator: .none)
        guard let object = try? JSONDecoder().decode(Object.self, from: data), let message = object.message else {
            return nil
        }
        isPart =
            object.tag == "P" || object.tag == nil && message.count >= Self.part && message.last != UInt8(ascii: "\n")
        self.message = message.last == UInt8(ascii: "\n") ? Array(message.dropLast()) : message
        program = object.program
        stream = object.stream
    }

    /// The parts of an object that are read.
    private struct Object: Decodable {
        var message: [UInt8]?
        var program: LogProgram?
        var stream: String?
        /// Set by collectors that read Kubernetes' logs: `F`, or `P` for a part of a line.
        var tag: String?

        /// The keys of the message and of the program. The first one present counts.
        private static let messages = [
            "MESSAGE", "log", "message", "@message", "msg", "Message", "line", "_raw", "textPayload",
        ]
        private static let programs = [
            "SYSLOG_IDENTIFIER", "PROGRAM", "programname", "syslogtag", "program", "appname", "app_name", "app-name",
            "ident",
            "process", "tag",
        ]

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: AnyKey.self)
            func value(_ key: String) -> Value? {
                let key = AnyKey(key)
                return container.contains(key) ? try? container.decode(Value.self, forKey: key) : nil
            }
            for key in Self.messages where message == nil {
                message = value(key)?.bytes
            }
            stream = value("stream")?.text
            tag = value("logtag")?.text
            for key in Self.programs {
                guard let name = value(key)?.text else { continue }
                // An example is `postfix/smtp[77]:`.
                let program = Array(name.utf8.prefix { $0 != UInt8(ascii: "[") && $0 != UInt8(ascii: ":") })
                self.program = program.withUnsafeBufferPointer { LogProgram($0) }
                if self.program?.isRead == true { break }
            }
        }
    }

    /// A string, an array of bytes (a message that is no text), an array of these, or an object with a name.
    private enum Value: Decodable {
        case bytes([UInt8])
        case none

        init(from decoder: any Decoder) throws {
            let single = try decoder.singleValueContainer()
            if let text = try? single.decode(String.self) {
                self = .bytes(Array(text.utf8))
            } else if let bytes = try? single.decode([UInt8].self) {
                self = .bytes(bytes)
            } else if let values = try? single.decode([Value].self), let first = values.first {
                self = first
            } else if let named = try? single.decode([String: Value].self), let name = named["name"] {
                self = name
            } else {
                self = .none
            }
        }

        var bytes: [UInt8]? { if case .bytes(let bytes) = self { bytes } else { nil } }
        var text: String? { bytes.map { String(decoding: $0, as: UTF8.self) } }
    }

    private struct AnyKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ text: String) { stringValue = text }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
