import Foundation

/// A client of the doors beside the milter: query, policy delegation, socketmap. It blocks, and is for one thread at a
/// time (`onOwnThread`).
public final class DoorClient {
    private let socket: StreamSocket
    private var received: [UInt8] = []

    /// Connects to `/path` or to a port of 127.0.0.1.
    public init(_ place: String, timeout: Duration = .seconds(60)) throws {
        socket = try StreamSocket(place, timeout: timeout)
    }

    /// Sends bytes as they are. If the other side has answered and closed already, its answer can still be read.
    ///
    /// - Returns: Whether the other side has not closed.
    /// - Throws: If it takes no more, and does not close, within the time.
    @discardableResult
    public func send(_ text: String) throws -> Bool { try send(Array(text.utf8)) }

    /// The same with bytes.
    @discardableResult
    public func send(_ bytes: [UInt8]) throws -> Bool { try socket.send(bytes, allowingClosed: true) }

    /// Says that no more bytes follow.
    public func halfClose() { socket.halfClose() }

    /// All that comes until the other side closes.
    public func rest() throws -> String {
        while let more = try socket.receive(atMost: 4096) { received += more }
        defer { received = [] }
        return String(decoding: received, as: UTF8.self)
    }

    /// What comes up to an empty line, without it; nil if the other side has closed before.
    public func paragraph() throws -> String? { try text(to: Array("\n\n".utf8)) }

    /// The next netstring; nil if the other side has closed before.
    public func netstring() throws -> String? {
        guard let length = try text(to: [UInt8(ascii: ":")]).flatMap(Int.init) else { return nil }
        while received.count < length + 1 {
            guard let more = try socket.receive(atMost: 4096) else { return nil }
            received += more
        }
        defer { received.removeFirst(length + 1) }
        return String(decoding: received.prefix(length), as: UTF8.self)
    }

    private func text(to end: [UInt8]) throws -> String? {
        while true {
            if let range = received.firstRange(of: end) {
                defer { received.removeFirst(range.upperBound) }
                return String(decoding: received[..<range.lowerBound], as: UTF8.self)
            }
            guard let more = try socket.receive(atMost: 4096) else { return nil }
            received += more
        }
    }

    /// Asks a question on a connection of its own, as Exim's readsocket does.
    public static func query(_ line: String, at place: String, halfClosed: Bool = true) throws -> String {
        let client = try DoorClient(place)
        try client.send(line)
        if halfClosed { client.halfClose() }
        return try client.rest()
    }

    /// Asks a socketmap.
    public func lookUp(_ map: String, _ key: String) throws -> String? {
        let request = "\(map) \(key)"
        try send("\(request.utf8.count):\(request),")
        return try netstring()
    }
}
