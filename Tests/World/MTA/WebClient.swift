import Foundation

/// A client of the page that sends what a test wants, byte by byte. It blocks, and is for one thread at a time
/// (`onOwnThread`).
public final class WebClient {
    /// An answer.
    public struct Answer: Sendable {
        /// The status code.
        public let status: Int
        /// The header fields by their names in lower case.
        public let fields: [String: String]
        /// The whole body, of whatever form it came in.
        public let body: String
    }

    private let socket: StreamSocket
    private var received: [UInt8] = []

    /// Connects to `/path` or to a port of 127.0.0.1.
    ///
    /// - Parameter source: The last number of our own address, 127.0.0.*n*.
    public init(_ place: String, from source: UInt8 = 1, timeout: Duration = .seconds(60)) throws {
        socket = try StreamSocket(place, from: source, timeout: timeout)
    }

    /// Sends bytes as they are.
    public func send(_ text: String) throws { try socket.send(Array(text.utf8)) }

    /// The next answer; nil if the other side closes before it is whole.
    ///
    /// - Parameter hasBody: Whether one may follow the head; not behind HEAD.
    public func answer(hasBody: Bool = true) throws -> Answer? {
        guard let head = try text(to: "\r\n\r\n") else { return nil }
        let lines = head.components(separatedBy: "\r\n")
        let status = lines[0].split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            fields[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        var body: [UInt8] = []
        if !hasBody {
            body = []
        } else if fields["transfer-encoding"] == "chunked" {
            while let part = try chunk() {
                if part.isEmpty { break }
                body += part
            }
        } else if let length = fields["content-length"].flatMap({ Int($0) }) {
            guard let all = try bytes(length) else { return nil }
            body = all
        }
        return Answer(status: status, fields: fields, body: String(decoding: body, as: UTF8.self))
    }

    /// The head of the next answer; the parts of its body come from `chunk`. nil if the other side closes before.
    public func head() throws -> String? { try text(to: "\r\n\r\n") }

    /// The next part of a body that comes in parts; empty at its end; nil if the other side closes before.
    public func chunk() throws -> [UInt8]? {
        guard let line = try text(to: "\r\n"), let length = Int(line, radix: 16), let part = try bytes(length),
            try text(to: "\r\n") != nil
        else { return nil }
        return part
    }

    /// Whether the other side closes, after whatever it sends before.
    public func waitsForEnd() throws -> Bool {
        while let more = try socket.receive(atMost: 4096) { received += more }
        return true
    }

    private func bytes(_ count: Int) throws -> [UInt8]? {
        while received.count < count {
            guard let more = try socket.receive(atMost: 65_536) else { return nil }
            received += more
        }
        defer { received.removeFirst(count) }
        return Array(received.prefix(count))
    }

    private func text(to end: String) throws -> String? {
        while true {
            if let range = received.firstRange(of: Array(end.utf8)) {
                defer { received.removeFirst(range.upperBound) }
                return String(decoding: received[..<range.lowerBound], as: UTF8.self)
            }
            guard received.count < 1 << 20, let more = try socket.receive(atMost: 65_536) else { return nil }
            received += more
        }
    }

    /// Sends a request on a connection of its own, and returns the answer.
    ///
    /// - Parameters:
    ///   - fields: Header fields; `Host` is among them if it is not given.
    ///   - form: The body of a POST.
    public static func request(
        _ place: String, _ line: String, _ fields: [String: String] = [:], form: String? = nil,
        timeout: Duration = .seconds(60)
    ) throws -> Answer? {
        let client = try WebClient(place, timeout: timeout)
        var all = ["Host": "localhost"].merging(fields) { $1 }
        if let form {
            all["Content-Type"] = "application/x-www-form-urlencoded"
            all["Content-Length"] = "\(form.utf8.count)"
        }
        let head = all.map { "\($0): \($1)\r\n" }.sorted().joined()
        try client.send("\(line) HTTP/1.1\r\n\(head)\r\n\(form ?? "")")
        return try client.answer(hasBody: !line.hasPrefix("HEAD "))
    }
}
