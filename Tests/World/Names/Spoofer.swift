import Foundation
import Synchronization

/// Somebody off the path who floods a resolver with forged answers. He sees no question: he knows or guesses which
/// names are asked for, and guesses the IDs.
public final class Spoofer: Sendable {
    /// The host that the forged MX records name.
    public static let host = "forged.spoofer.example"

    private let isStopped = Atomic(false)
    private let count = Atomic(0)

    init(
        _ names: [String], of server: UInt16, knowsPorts: Bool, atMost limit: Int,
        send: @escaping @Sendable ([UInt8], UInt16) -> Void
    ) {
        let answers = names.map(Self.answer)
        Thread.detachNewThread { [self] in
            var ports: [UInt16] = []
            var round = 0
            while !isStopped.load(ordering: .relaxed), !answers.isEmpty, sent < limit {
                if knowsPorts, round % 5 == 0 { ports = Self.openPorts(to: server) }
                round += 1
                for _ in 0..<40 {
                    guard let port = knowsPorts ? ports.randomElement() : .random(in: 1024...65535) else { break }
                    var answer = answers[Int.random(in: 0..<answers.count)]
                    (answer[0], answer[1]) = (.random(in: 0...255), .random(in: 0...255))
                    send(answer, port)
                    count.add(1, ordering: .relaxed)
                }
                usleep(2000)
            }
        }
    }

    /// How many forged answers he has sent.
    public var sent: Int { count.load(ordering: .relaxed) }

    /// Ends him soon.
    public func stop() { isStopped.store(true, ordering: .relaxed) }

    /// An authoritative answer without an ID: one MX record that lives for a day.
    private static func answer(for name: String) -> [UInt8] {
        func wire(_ name: String) -> [UInt8] {
            name.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
        }
        let data = [0, 0] + wire(host)
        return [0, 0, 0x85, 0x80, 0, 1, 0, 1, 0, 0, 0, 0] + wire(name) + [0, 15, 0, 1]
            + [0xC0, 12, 0, 15, 0, 1, 0, 1, 0x51, 0x80, 0, UInt8(data.count)] + data
    }

    /// The ports from which this process asks a server of this machine over UDP, or anybody (proc_net(5)).
    private static func openPorts(to server: UInt16) -> [UInt16] {
        let folder = "/proc/self/fd"
        let links = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let own = Set(
            links.compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)") })
        let lines = (try? String(contentsOfFile: "/proc/net/udp", encoding: .utf8))?.split(separator: "\n") ?? []
        let remote = ":" + String(format: "%04X", Int(server))
        return lines.dropFirst().compactMap { line in
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            guard fields.count > 9, own.contains("socket:[\(fields[9])]"),
                // libunbound connects its sockets, where it is told nothing else.
                fields[2].hasSuffix(remote) || fields[1].hasPrefix("00000000:")
            else { return nil }
            return UInt16(fields[1].suffix(4), radix: 16)
        }
    }
}
