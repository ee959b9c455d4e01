import Foundation
import Glibc
import WorldServers

extension Bench.Scene {
    /// Measures postfix-mta-sts-resolver, which answers a similar question for MTA-STS, beside a warm danegate, with
    /// one connection each.
    func peers() async throws {
        guard let peer = try await STSPeer(world) else { return book.note(STSPeer.absence("peers")) }
        let daemon = try await Milter.danegate(world, isTCP: true)
        try await daemon.prime(world.lists.warm)
        let names = try String(contentsOfFile: world.lists.warm, encoding: .utf8).split(separator: "\n").map(
            String.init)
        let client = try await SocketmapClient(port: STSPeer.port)
        _ = try client.ask(names, for: 1)
        var ours: [Double] = []
        var theirs: [Double] = []
        for _ in 0..<options.rounds {
            theirs.append(try client.ask(names, for: options.seconds))
            let report = try await Built.load(
                daemon.socket, world.lists.warm, ["--seconds", "\(options.seconds)", "--messages", "100"])
            book.round(.peers, "warm", "danegate", report)
            ours.append(report.perSecond)
        }
        client.close()
        book.add(
            .peers,
            "warm, 1 connection over TCP, answers/s; beside: postfix-mta-sts-resolver for domains without a policy",
            ours: ours.median.digits(0), beside: theirs.median.digits(0),
            ratio: zip(ours, theirs).map { $0 / $1 }.median)
        await daemon.stop()
        await peer.stop()
    }
}

/// A client of socketmap_table(5), which waits for each answer.
struct SocketmapClient {
    private let descriptor: Int32

    /// Connects to a port of the loopback, once there is someone.
    init(port: UInt16) async throws {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        name.sin_addr.s_addr = inet_addr("127.0.0.1")
        for _ in 0..<200 {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            let status = withUnsafePointer(to: name) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            if status == 0 {
                var one: Int32 = 1
                setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
                self.descriptor = descriptor
                return
            }
            Glibc.close(descriptor)
            try await Task.sleep(for: .milliseconds(50))
        }
        throw BenchError("nobody listens at port \(port)")
    }

    func close() { Glibc.close(descriptor) }

    /// Asks for names in turn, for some seconds.
    ///
    /// - Returns: Answers a second.
    func ask(_ names: [String], for seconds: Double) throws -> Double {
        let start = clock_gettime_nsec()
        var count = 0
        var buffer = [UInt8](repeating: 0, count: 4096)
        while Double(clock_gettime_nsec() - start) < seconds * 1e9 {
            let query = "postfix \(names[count % names.count])"
            let bytes = Array("\(query.utf8.count):\(query),".utf8)
            guard send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
                throw BenchError("the socketmap is gone")
            }
            // A netstring ends with a comma, and these answers have no other.
            var last: UInt8 = 0
            while last != UInt8(ascii: ",") {
                let got = recv(descriptor, &buffer, buffer.count, 0)
                guard got > 0 else { throw BenchError("the socketmap does not answer") }
                last = buffer[got - 1]
            }
            count += 1
        }
        return Double(count) / (Double(clock_gettime_nsec() - start) * 1e-9)
    }
}
