import Foundation
import Synchronization

/// Stands before a name server. It passes queries on and answers back, records the questions, and misbehaves if it is
/// told to. It serves UDP and TCP on one port of 127.0.0.1.
final class Responder: Sendable {
    private struct State {
        var queries: [Query] = []
        var faults: [WireFault] = []
        var isStopped = false
        /// How often a question met a fault that is there every second time.
        var turns: [Query: Int] = [:]
        /// How many messages met a fault of every second message.
        var messages = 0
    }

    private let state = Mutex(State())
    private let datagrams: NameSocket
    /// Sends from another port than the one that is asked.
    private let stranger: NameSocket
    private let listener: NameSocket
    private let upstream: UInt16

    /// The port it listens on.
    let port: UInt16

    /// Starts to listen, before a name server on another port.
    ///
    /// - Parameter isDatagramOnly: Whether connections over TCP are refused.
    init(upstream: UInt16, faults: [WireFault], isDatagramOnly: Bool = false) throws {
        self.upstream = upstream
        (datagrams, listener) = try NameSocket.pair()
        stranger = try NameSocket(SOCK_DGRAM)
        port = datagrams.port
        state.withLock { $0.faults = faults }
        var size: Int32 = 4 << 20
        setsockopt(datagrams.descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        // Bound and not listened to, the port refuses connections.
        guard isDatagramOnly || listen(listener.descriptor, 256) == 0 else {
            throw WorldError("the responder cannot listen")
        }
        // The threads look whether they are to end this often.
        datagrams.limitReads(to: .milliseconds(200))
        listener.limitReads(to: .milliseconds(200))
        let server = try NameSocket(SOCK_DGRAM, to: upstream, limit: .seconds(1))
        Thread.detachNewThread { [self] in serveDatagrams(server) }
        if !isDatagramOnly { Thread.detachNewThread { [self] in serveStreams() } }
    }

    /// What was asked so far, in order.
    var queries: [Query] { state.withLock { $0.queries } }

    /// Forgets what was asked.
    func clearQueries() { state.withLock { $0.queries = [] } }

    /// Changes how it misbehaves.
    func set(_ faults: [WireFault]) { state.withLock { $0.faults = faults } }

    /// Sends messages in the name of the server, to ports of this machine.
    func send(_ message: [UInt8], to port: UInt16) {
        _ = NameSocket.withAddress(port) { sendto(datagrams.descriptor, message, message.count, 0, $0, $1) }
    }

    /// Makes the threads end soon.
    func stop() { state.withLock { $0.isStopped = true } }

    private var isStopped: Bool { state.withLock { $0.isStopped } }

    /// Only reads. A resolver sends thousands of queries at once, and those that do not fit into the socket's buffer
    /// are lost.
    private func serveDatagrams(_ server: NameSocket) {
        var buffer = [UInt8](repeating: 0, count: 65535)
        let answering = DispatchQueue(label: "responder")
        while !isStopped {
            var sender = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let count = withUnsafeMutablePointer(to: &sender) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    recvfrom(datagrams.descriptor, &buffer, buffer.count, 0, $0, &length)
                }
            }
            // What is an answer itself, as a forged one that went astray, is no question.
            guard count > 2, buffer[2] & 0x80 == 0 else { continue }
            let query = WireMessage(bytes: Array(buffer.prefix(count)))
            answering.async { [self, sender, length] in answer(query, of: sender, length, by: server) }
        }
    }

    private func answer(
        _ query: WireMessage, of sender: sockaddr_storage, _ length: socklen_t, by server: NameSocket
    ) {
        let (effect, isAnswered) = note(query, isStream: false)
        if let answer = isAnswered ? effect.answer(to: query) ?? ask(server, effect.changed(query)) : nil {
            guard case .forged(let forgery)? = effect else {
                guard let answer = effect.adorned(answer, of: query) else { return }
                reply(answer, to: sender, length: length, after: effect.delay)
                return
            }
            for (message, isOurs) in forgery.messages(instead: answer, of: query, isStream: false) {
                send(message, to: sender, length, from: isOurs ? datagrams : stranger)
            }
        }
    }

    private func reply(_ answer: [UInt8], to address: sockaddr_storage, length: socklen_t, after delay: Duration?) {
        guard let delay else { return send(answer, to: address, length) }
        let seconds = Double(delay.components.seconds) + Double(delay.components.attoseconds) / 1e18
        DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { [self] in send(answer, to: address, length) }
    }

    private func send(
        _ answer: [UInt8], to address: sockaddr_storage, _ length: socklen_t, from socket: NameSocket? = nil
    ) {
        withUnsafePointer(to: address) { pointer in
            _ = pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto((socket ?? datagrams).descriptor, answer, answer.count, 0, $0, length)
            }
        }
    }

    /// The name server's answer; nil if it gives none. Late answers to earlier questions are passed over.
    private func ask(_ server: NameSocket, _ query: WireMessage) -> [UInt8]? {
        server.send(query.bytes)
        while let bytes = server.receive() {
            var answer = WireMessage(bytes: bytes)
            guard bytes.prefix(2) == query.bytes.prefix(2), answer.query == query.query else { continue }
            answer.removeMarks()
            return answer.bytes
        }
        return nil
    }

    private func serveStreams() {
        while !isStopped {
            let descriptor = accept(listener.descriptor, nil, nil)
            guard descriptor >= 0 else { continue }
            let client = NameSocket(owning: descriptor)
            client.limitReads(to: .seconds(5))
            Thread.detachNewThread { [self] in serve(client) }
        }
    }

    private func serve(_ client: NameSocket) {
        guard let server = try? NameSocket(SOCK_STREAM, to: upstream) else { return }
        while !isStopped, let bytes = client.receiveMessage() {
            let query = WireMessage(bytes: bytes)
            let (effect, isAnswered) = note(query, isStream: true)
            guard isAnswered else { continue }
            if let answer = effect.answer(to: query) {
                client.sendMessage(answer)
                continue
            }
            server.sendMessage(effect.changed(query).bytes)
            guard let reply = server.receiveMessage() else { return }
            var answer = WireMessage(bytes: reply)
            answer.removeMarks()
            guard case .forged(let forgery)? = effect else {
                if let answer = effect.adorned(answer.bytes, of: query) { client.sendMessage(answer) }
                continue
            }
            for (message, _) in forgery.messages(instead: answer.bytes, of: query, isStream: true) {
                client.sendMessage(message)
            }
        }
    }

    /// Writes the question down.
    ///
    /// - Returns: What is to be done to it, nil for nothing, and whether to answer at all.
    private func note(_ message: WireMessage, isStream: Bool) -> (effect: WireFault.Effect?, isAnswered: Bool) {
        guard let query = message.query else { return (nil, false) }
        let effect = state.withLock { state in
            state.queries.append(query)
            let effect = state.faults.first {
                ($0.name == "*" || $0.name == query.name) && ($0.type == nil || $0.type == query.type)
            }?.effect
            return effect.flatMap { $0.now(for: query, isStream: isStream, &state.turns, &state.messages) }
        }
        if effect == .truncate && isStream { return (nil, true) }
        return (effect, effect != .drop)
    }
}

extension WireFault.Effect {
    /// What happens to this message of all that it may happen to; nil for nothing.
    fileprivate func now(
        for query: Query, isStream: Bool, _ turns: inout [Query: Int], _ messages: inout Int
    ) -> WireFault.Effect? {
        switch self {
        case .everySecond(let other):
            turns[query, default: 0] += 1
            return turns[query, default: 0] % 2 == 1
                ? other.now(for: query, isStream: isStream, &turns, &messages) : nil
        case .alternating(let other):
            messages += 1
            return messages % 2 == 1 ? other.now(for: query, isStream: isStream, &turns, &messages) : nil
        case .halfOfTheNames(let other):
            let sum = query.name.utf8.reduce(7) { ($0 &* 31 &+ Int($1)) & 0xFFFF }
            return sum % 2 == 1 ? other.now(for: query, isStream: isStream, &turns, &messages) : nil
        case .overUDP(let other):
            return isStream ? nil : other.now(for: query, isStream: isStream, &turns, &messages)
        default:
            return self
        }
    }
}

extension WireFault.Effect? {
    /// What is answered instead; nil for what the name server says.
    fileprivate func answer(to query: WireMessage) -> [UInt8]? {
        switch self {
        case .servfail?: query.answer(code: 2)
        case .notimp?: query.answer(code: 4)
        case .refused?: query.answer(code: 5)
        case .formerr?: query.answer(code: 1)
        case .truncate?: query.answer(code: 0, isTruncated: true)
        case .noData?: query.answer(code: 0)
        case .noSuchName?: query.answer(code: 3)
        case .lame?: query.referral
        default: nil
        }
    }

    /// The query as it goes to the name server.
    fileprivate func changed(_ query: WireMessage) -> WireMessage {
        self == .unsigned ? query.withoutSignatures : query
    }

    /// The name server's answer as it goes to the asker; nil if it does not.
    fileprivate func adorned(_ answer: [UInt8], of query: WireMessage) -> [UInt8]? {
        guard answer.count > 12 else { return answer }
        switch self {
        case .claimingValidity?:
            var answer = answer
            answer[3] |= 0x20
            return answer
        case .withoutProofs?: return WireMessage(bytes: answer).without([47, 50], andSignatures: true).bytes
        case .without(let type)?: return WireMessage(bytes: answer).without([type], andSignatures: true).bytes
        case .withoutAll(let types)?: return WireMessage(bytes: answer).without(types, andSignatures: false).bytes
        case .iterations(let count)?: return WireMessage(bytes: answer).withIterations(count).bytes
        case .madeUpAddress? where query.query?.type == "A" && answer[3] & 15 == 3: return query.madeUpAddress
        case .longerThan(let length, let other)? where answer.count > length:
            let other: WireFault.Effect? = other
            guard other != .drop else { return nil }
            return other.answer(to: query) ?? other.adorned(answer, of: query)
        default: return answer
        }
    }

    /// How long to hold the answer back.
    fileprivate var delay: Duration? { if case .delay(let time)? = self { time } else { nil } }
}
