import Foundation
import Testing
import World

/// `danegate status` and `check --cached` before a control socket on which no daemon answers as it should.
@Suite(.timeLimit(.minutes(2))) struct StrangeControlSocketTests {
    /// What sits on the socket.
    enum Occupant: String, CaseIterable {
        /// Takes connections and says nothing.
        case silent
        /// A line that is no answer.
        case garbage
        /// JSON of something else.
        case otherJSON
        /// Zeros without end, as fast as they are taken.
        case flood
        /// A byte now and then, without end.
        case trickle
        /// Hangs up.
        case rude
    }

    @Test(arguments: Occupant.allCases) func isToldThoughTheOtherEndNeverEnds(occupant: Occupant) async throws {
        let place = try ScratchDirectory("occupied")
        let path = place.file("c.sock")
        let server = try Server(path, occupant)
        defer { server.stop() }
        let (status, text) = try await Danegate.run(["status"], environment: ["DANEGATE_CONTROL_SOCKET": path])
        let isAnswer = occupant == .garbage || occupant == .otherJSON
        #expect(status == (isAnswer ? 3 : 2), "\(text)")
        #expect(text.hasPrefix(isAnswer ? "UNKNOWN - " : "CRITICAL - a daemon listens on"), "\(text)")
        #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 && $0.value < 0x7F })
        let cached = try await Danegate.run(
            ["check", "--cached", "a.example"], environment: ["DANEGATE_CONTROL_SOCKET": path])
        #expect(cached.status == 69, "\(cached.output)")
    }

    /// A listening socket with an occupant.
    private final class Server: Sendable {
        private let descriptor: Int32

        init(_ path: String, _ occupant: Occupant) throws {
            let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
            let length = socklen_t(MemoryLayout<sockaddr_un>.size)
            let result = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
            }
            guard result == 0, listen(descriptor, 8) == 0 else { throw WorldError("listen \(path): errno \(errno)") }
            self.descriptor = descriptor
            Thread.detachNewThread {
                while true {
                    let client = accept(descriptor, nil, nil)
                    guard client >= 0 else { return }
                    Thread.detachNewThread { Self.serve(client, occupant) }
                }
            }
        }

        func stop() { shutdown(descriptor, Int32(SHUT_RDWR)) }

        private static func serve(_ client: Int32, _ occupant: Occupant) {
            defer { close(client) }
            func put(_ bytes: [UInt8]) -> Bool { send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL)) > 0 }
            switch occupant {
            case .silent:
                var byte: UInt8 = 0
                while recv(client, &byte, 1, 0) > 0 {}
            case .garbage: _ = put(Array("\u{1B}[31m220 mx ESMTP\r\n".utf8))
            case .otherJSON: _ = put(Array("{\"status\":\"\u{1B}[2J\"}\n".utf8))
            case .flood: while put([UInt8](repeating: 0, count: 1 << 16)) {}
            case .trickle: while put([0x7B]) { usleep(50_000) }
            case .rude: break
            }
        }
    }
}
