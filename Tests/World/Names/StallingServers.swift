import Foundation
import Synchronization

/// Name servers on ports of 127.0.0.1 that say over UDP of every answer that it does not fit, and keep whoever comes
/// over TCP waiting, or confuse him. Any number of them in one thread.
public final class StallingServers: Sendable {
    /// What they do over TCP.
    public enum Manner: Sendable, CaseIterable {
        /// They accept, and say nothing.
        case silence
        /// They send the length of the answer, and no more.
        case lengthOnly
        /// They send half of an answer of 64 KiB with thousands of MX records, and no more.
        case half
        /// They send such an answer a byte at a time.
        case trickle
        /// They send answers with other IDs than they were asked with, one after the other.
        case otherIDs
        /// They pass the questions on, and give the answers of a moment in reverse order.
        case reverseOrder
        /// They pass on questions and answers as they are.
        case honesty
    }

    /// Their ports.
    public let ports: [UInt16]
    private let manner: Manner
    private let upstream: UInt16
    private let pause: Duration
    private let datagrams: [NameSocket]
    private let listeners: [NameSocket]
    private let isStopped = Atomic(false)
    private let accepted = Atomic(0)

    /// Starts to listen.
    ///
    /// - Parameters:
    ///   - count: How many servers.
    ///   - manner: What they do.
    ///   - upstream: The port of the name server that knows the answers (`NameServers.port`).
    ///   - pause: The time between two bytes, or two answers.
    public init(_ count: Int, _ manner: Manner, upstream: UInt16, pause: Duration = .seconds(1)) throws {
        (self.manner, self.upstream, self.pause) = (manner, upstream, pause)
        let pairs = try (0..<count).map { _ in try NameSocket.pair() }
        datagrams = pairs.map(\.datagram)
        listeners = pairs.map(\.stream)
        ports = datagrams.map(\.port)
        for listener in listeners {
            _ = fcntl(listener.descriptor, F_SETFL, O_NONBLOCK)
            guard listen(listener.descriptor, 256) == 0 else { throw WorldError("a stalling server cannot listen") }
        }
        for socket in datagrams { _ = fcntl(socket.descriptor, F_SETFL, O_NONBLOCK) }
        Thread.detachNewThread { [self] in serve() }
    }

    /// Lines of unbound.conf(5) that lead zones to these servers, one each, in turn.
    ///
    /// - Parameter isForwarder: Whether they are asked as recursive servers, and not as those of the zone.
    public func configuration(of zones: [String], isForwarder: Bool = false) -> String {
        let kind = isForwarder ? "forward" : "stub"
        return zones.enumerated().map { index, zone in
            "\(kind)-zone:\n    name: \"\(zone).\"\n    \(kind)-addr: 127.0.0.1@\(ports[index % ports.count])\n"
        }.joined()
    }

    /// How many connections there have been.
    public var connections: Int { accepted.load(ordering: .relaxed) }

    /// Ends them soon.
    public func stop() { isStopped.store(true, ordering: .relaxed) }

    /// Waits for all sockets at once.
    private func serve() {
        var clients: [Client] = []
        while !isStopped.load(ordering: .relaxed) {
            let all = datagrams.map(\.descriptor) + listeners.map(\.descriptor) + clients.map(\.socket.descriptor)
            var waits = all.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            poll(&waits, nfds_t(waits.count), 20)
            for (index, socket) in datagrams.enumerated() where waits[index].revents != 0 { answer(socket) }
            let known = clients
            for (index, listener) in listeners.enumerated() where waits[datagrams.count + index].revents != 0 {
                let descriptor = accept(listener.descriptor, nil, nil)
                guard descriptor >= 0 else { continue }
                accepted.add(1, ordering: .relaxed)
                _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
                clients.append(Client(NameSocket(owning: descriptor)))
            }
            for (index, client) in known.enumerated()
            where waits[datagrams.count + listeners.count + index].revents != 0 {
                client.read()
                for query in client.queries() { note(query, of: client) }
            }
            for client in clients { send(to: client, at: .now) }
            clients.removeAll { $0.isClosed }
        }
    }

    private func answer(_ socket: NameSocket) {
        var buffer = [UInt8](repeating: 0, count: 4096)
        var sender = sockaddr_storage()
        while true {
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            withUnsafeMutablePointer(to: &sender) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    let count = recvfrom(socket.descriptor, &buffer, buffer.count, 0, address, &length)
                    guard count > 12 else { return length = 0 }
                    guard buffer[2] & 0x80 == 0 else { return }
                    let reply = WireMessage(bytes: Array(buffer.prefix(count))).answer(code: 0, isTruncated: true)
                    sendto(socket.descriptor, reply, reply.count, 0, address, length)
                }
            }
            guard length > 0 else { return }
        }
    }

    /// Takes in a question that came over TCP.
    private func note(_ query: [UInt8], of client: Client) {
        switch manner {
        case .silence: return
        case .lengthOnly: client.output += [0xFD, 0xE8]
        case .half:
            let answer = WireMessage(bytes: query).manyMailExchangers
            client.output += answer.prefix(answer.count / 2)
        case .trickle, .otherIDs: client.output += WireMessage(bytes: query).manyMailExchangers
        case .reverseOrder, .honesty: client.asked.append(query)
        }
        client.lastQuestion = .now
    }

    private func send(to client: Client, at now: ContinuousClock.Instant) {
        switch manner {
        case .trickle:
            guard now >= client.due, let byte = client.output.first else { return }
            client.write([byte])
            client.output.removeFirst()
            client.due = now + pause
        case .otherIDs:
            guard now >= client.due, client.output.count > 4 else { return }
            // Whole answers, each with an ID of nobody's question.
            client.output[2] ^= 0x5A
            client.write(Array(client.output))
            client.output = []
            client.due = now + pause
        case .reverseOrder, .honesty:
            // Those that are asked in one go, or nearly.
            guard manner == .honesty || now - client.lastQuestion > .milliseconds(60), !client.asked.isEmpty else {
                return
            }
            let asked = manner == .honesty ? client.asked : client.asked.reversed()
            client.asked = []
            guard let server = try? NameSocket(SOCK_STREAM, to: upstream) else { return }
            for query in asked {
                server.sendMessage(query)
                guard let answer = server.receiveMessage() else { return }
                client.write([UInt8(answer.count >> 8), UInt8(answer.count & 255)] + answer)
            }
        default:
            guard !client.output.isEmpty else { return }
            client.write(Array(client.output))
            client.output = []
        }
    }
}

/// A connection to a stalling server. Its thread's alone.
private final class Client {
    let socket: NameSocket
    var output: ArraySlice<UInt8> = []
    var asked: [[UInt8]] = []
    var due = ContinuousClock.now
    var lastQuestion = ContinuousClock.now
    private(set) var isClosed = false
    private var input: [UInt8] = []

    init(_ socket: NameSocket) { self.socket = socket }

    func read() {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        let count = recv(socket.descriptor, &buffer, buffer.count, 0)
        // The end, or an error; at the end errno says nothing.
        guard count > 0 else {
            isClosed = count == 0 || errno != EAGAIN
            return
        }
        input += buffer.prefix(count)
    }

    /// The questions that have come whole.
    func queries() -> [[UInt8]] {
        var whole: [[UInt8]] = []
        while input.count >= 2, case let length = Int(input[0]) << 8 | Int(input[1]), input.count >= length + 2 {
            if length > 16 { whole.append(Array(input[2..<length + 2])) }
            input.removeFirst(length + 2)
        }
        return whole
    }

    /// Writes what the socket takes: who stalls does not wait for anybody.
    func write(_ bytes: [UInt8]) { if !socket.send(bytes) { isClosed = errno != EAGAIN } }
}

extension WireMessage {
    private static let exchangers = 2_600

    /// MX, IN, a TTL of 300, a preference, and a host of four letters below the name. Made once.
    private static let exchangerRecords = (0..<exchangers).flatMap { number -> [UInt8] in
        let host = Array("\(1000 + number)".utf8)
        return [0xC0, 12, 0, 15, 0, 1, 0, 0, 1, 44, 0, 9, UInt8(number >> 8), UInt8(number & 255), 4] + host + [
            0xC0, 12,
        ]
    }

    /// An answer of 55 KB to it, its length in front: thousands of MX records.
    fileprivate var manyMailExchangers: [UInt8] {
        var answer = Array(answer(code: 0).prefix(questionEnd))
        for index in 6..<12 { answer[index] = 0 }
        (answer[6], answer[7]) = (UInt8(Self.exchangers >> 8), UInt8(Self.exchangers & 255))
        answer += Self.exchangerRecords
        return [UInt8(answer.count >> 8), UInt8(answer.count & 255)] + answer
    }
}
