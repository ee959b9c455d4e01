import DANE
import Foundation
import Testing
import World

@testable import Milter

/// Whether somebody listens, without a connection.
@Suite(.timeLimit(.minutes(1))) struct SystemSocketsTests {
    @Test func aUnixSocketIsSeenAsLongAsSomebodyListens() throws {
        let directory = try ScratchDirectory("sockets")
        let place = MilterSocket.unix(path: directory.file("a b.sock"))
        #expect(place.isListenedOn == false)
        do {
            let socket = try HandedSocket(unix: directory.file("a b.sock"))
            #expect(place.isListenedOn == true)
            #expect(MilterSocket.unix(path: directory.file("a b")).isListenedOn == false)
            // As in another network namespace, where it is not listed.
            #expect(SystemSockets(folder: directory.path).listens(on: place) == nil)
            #expect(socket.takeWaiting().isEmpty)
        }
        // What a daemon has left behind that was killed.
        #expect(access(directory.file("a b.sock"), F_OK) == 0)
        #expect(place.isListenedOn == false)
        _ = try directory.write("", to: "file")
        #expect(MilterSocket.unix(path: directory.file("file")).isListenedOn == false)
    }

    @Test(arguments: [0x7F00_0001, 0] as [UInt32]) func aPortIsSeenAsLongAsSomebodyListens(address: UInt32) throws {
        let port = try freePort()
        let place = MilterSocket.inet(address: .v4(0x7F00_0001), port: port)
        #expect(place.isListenedOn == false)
        do {
            let socket = try HandedSocket(port: port, address: address)
            #expect(place.isListenedOn == true)
            #expect(MilterSocket.inet(address: .v4(0x7F00_0002), port: port).isListenedOn == (address == 0))
            #expect(socket.takeWaiting().isEmpty)
        }
        #expect(place.isListenedOn == false)
    }

    /// Port 8895 is 22BF.
    @Test(arguments: [
        ("00000000000000000000000001000000:22BF", "inet6:8895@::1", true),
        ("00000000000000000000000000000000:22BF", "inet6:8895@::1", true),
        ("00000000000000000000000000000000:22BF", "inet:8895@127.0.0.1", true),
        ("0000000000000000FFFF00000100007F:22BF", "inet:8895@127.0.0.1", true),
        ("B80D0120000000000000000001000000:22BF", "inet6:8895@2001:db8::1", true),
        ("B80D0120000000000000000001000000:22BF", "inet6:8895@::1", false),
        ("00000000000000000000000001000000:22C0", "inet6:8895@::1", false),
    ]) func addressesAreCompared(listed: String, place: String, isListenedOn: Bool) throws {
        let directory = try ScratchDirectory("net")
        let socket = try MilterSocket(place)
        func listens(_ state: String) throws -> Bool? {
            let line = "   0: \(listed) 00000000000000000000000000000000:0000 \(state) 00000000:00000000 00:0\n"
            _ = try directory.write("  sl  local_address remote_address st\n" + line, to: "tcp6")
            return SystemSockets(folder: directory.path).listens(on: socket)
        }
        _ = try directory.write("  sl  local_address rem_address   st\nnonsense\n\n", to: "tcp")
        #expect(try listens("0A") == isListenedOn)
        // A connection, not a listener.
        #expect(try listens("01") == false)
        // A list that has no end is no list.
        _ = try directory.write(String(repeating: "x", count: 300_000), to: "tcp")
        let bounded = SystemSockets(folder: directory.path, limit: 1 << 16)
        #expect(bounded.listens(on: socket) == nil)
        #expect(SystemSockets(folder: directory.file("none")).listens(on: socket) == nil)
    }
}
