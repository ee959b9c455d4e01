import Foundation

/// The MTA's side of the milter protocol. It blocks, and is for one thread at a time: see `onOwnThread`.
///
/// It keeps to what was negotiated, as MTAs do: it does not send steps that the milter does not want, and does not wait
/// for an answer to steps that have none. `send` sends anything else.
public final class MilterClient {
    /// What an MTA offers. The default is Postfix's and Sendmail's of today.
    public struct Offer: Sendable {
        /// The protocol version.
        public var version: UInt32 = 6
        /// `SMFIF_…`: what the milter may do.
        public var actions: UInt32 = 0x1FF
        /// `SMFIP_…`: which steps may be left out or left unanswered.
        public var steps: UInt32 = 0x1F_FFFF

        /// An offer.
        public init(version: UInt32 = 6, actions: UInt32 = 0x1FF, steps: UInt32 = 0x1F_FFFF) {
            (self.version, self.actions, self.steps) = (version, actions, steps)
        }
    }

    /// What the milter asked for.
    public struct Negotiated: Sendable {
        /// The protocol version.
        public let version: UInt32
        /// `SMFIF_…`.
        public let actions: UInt32
        /// `SMFIP_…`.
        public let steps: UInt32
        /// The macros wanted, by stage (`SMFIM_…`: 2 is MAIL, 3 is RCPT).
        public let macros: [UInt32: String]
    }

    /// An answer of the milter.
    public enum Answer: Sendable, Equatable {
        /// Go on.
        case `continue`
        /// The MTA's own temporary failure.
        case tempfail
        /// The MTA's own rejection.
        case reject
        /// A reply of the milter's: `451 4.7.1 text`.
        case reply(String)
        /// Another packet.
        case other(code: Character, [UInt8])
        /// The milter hung up.
        case closed
    }

    /// What the negotiation gave.
    public private(set) var negotiated: Negotiated?

    private let socket: StreamSocket
    private var received: [UInt8] = []

    /// Connects to `/path` or to a port of 127.0.0.1.
    public init(_ place: String, timeout: Duration = .seconds(30)) throws {
        socket = try StreamSocket(place, timeout: timeout)
    }

    // MARK: The steps of a session

    /// Offers and receives what the milter asks for.
    @discardableResult
    public func negotiate(_ offer: Offer = Offer()) throws -> Negotiated {
        try packet("O", Self.bytes(offer.version) + Self.bytes(offer.actions) + Self.bytes(offer.steps))
        guard let answer = try read(), answer.code == "O", answer.body.count >= 12 else {
            throw WorldError("the milter did not answer the negotiation")
        }
        var macros: [UInt32: String] = [:]
        var rest = answer.body.dropFirst(12)
        while rest.count > 4 {
            let stage = Self.number(rest.prefix(4))
            let names = rest.dropFirst(4).prefix { $0 != 0 }
            macros[stage] = String(decoding: names, as: UTF8.self)
            rest = rest.dropFirst(5 + names.count)
        }
        let fields = answer.body
        let result = Negotiated(
            version: Self.number(fields[0..<4]), actions: Self.number(fields[4..<8]),
            steps: Self.number(fields[8..<12]),
            macros: macros)
        negotiated = result
        return result
    }

    /// Negotiates, and tells the client's address if the milter wants CONNECT.
    @discardableResult
    public func open(
        _ offer: Offer = Offer(), name: String = "client.example.org", address: String = "192.0.2.9"
    ) throws -> Answer {
        let steps = try negotiate(offer).steps
        guard steps & 0x1 == 0 else { return .continue }
        let family = address.contains(":") ? "6" : "4"
        try packet("C", Array("\(name)\0\(family)".utf8) + [0x30, 0x39] + Array("\(address)\0".utf8))
        return steps & 0x1000 == 0 ? try answer() : .continue
    }

    /// MAIL with its macros.
    @discardableResult
    public func mail(_ sender: String = "<sender@example.org>", macros: [String: String] = [:]) throws -> Answer {
        try self.macros("M", macros)
        try packet("M", Array("\(sender)\0".utf8))
        return (negotiated?.steps ?? 0) & 0x4000 == 0 ? try answer() : .continue
    }

    /// RCPT with its macros; arguments after the first are ESMTP parameters.
    public func recipient(_ arguments: String..., macros: [String: String] = [:]) throws -> Answer {
        try recipient(arguments.map { Array($0.utf8) }, macros: macros)
    }

    /// RCPT with arguments of any bytes.
    public func recipient(_ arguments: [[UInt8]], macros: [String: String] = [:]) throws -> Answer {
        try self.macros("R", macros)
        try packet("R", arguments.flatMap { $0 + [0] })
        return try answer()
    }

    /// Ends the message (RSET, or the client is gone). It has no answer.
    public func abort() throws { try packet("A", []) }

    /// Ends the session. It has no answer.
    public func quit() throws { try packet("Q", []) }

    // MARK: Packets

    /// Sends the macros of a step, if there are any.
    public func macros(_ step: Character, _ macros: [String: String]) throws {
        guard !macros.isEmpty else { return }
        let pairs = macros.flatMap { Array("\($0.key)\0\($0.value)\0".utf8) }
        try packet("D", Array(String(step).utf8) + pairs)
    }

    /// Sends a packet.
    public func packet(_ command: Character, _ body: [UInt8]) throws {
        try send(Self.bytes(UInt32(body.count + 1)) + Array(String(command).utf8) + body)
    }

    /// Sends bytes as they are.
    public func send(_ bytes: [UInt8]) throws { try socket.send(bytes) }

    /// Says that no more bytes follow.
    public func halfClose() { socket.halfClose() }

    /// The next answer.
    public func answer() throws -> Answer {
        guard let (code, body) = try read() else { return .closed }
        switch code {
        case "c": return .continue
        case "t": return .tempfail
        case "r": return .reject
        case "y": return .reply(String(decoding: body.prefix { $0 != 0 }, as: UTF8.self))
        default: return .other(code: code, body)
        }
    }

    private func read() throws -> (code: Character, body: [UInt8])? {
        while true {
            if received.count >= 4 {
                let length = Int(Self.number(received.prefix(4)))
                guard (1...65536).contains(length) else { throw WorldError("a packet of \(length) bytes") }
                if received.count >= 4 + length {
                    let packet = Array(received[4..<4 + length])
                    received.removeFirst(4 + length)
                    return (Character(UnicodeScalar(packet[0])), Array(packet.dropFirst()))
                }
            }
            guard let more = try socket.receive(atMost: 4096) else { return nil }
            received += more
        }
    }

    private static func bytes(_ number: UInt32) -> [UInt8] { withUnsafeBytes(of: number.bigEndian, Array.init) }

    private static func number(_ bytes: some Sequence<UInt8>) -> UInt32 { bytes.reduce(0) { $0 << 8 | UInt32($1) } }
}
