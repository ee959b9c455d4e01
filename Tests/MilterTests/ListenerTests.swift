import DANE
import Foundation
import Synchronization
import Testing
import World

@testable import Milter

/// What libmilter's listening thread sees of its socket.
@Suite(.timeLimit(.minutes(2))) struct ListenerTests {
    private static func wait(_ listener: Listener, on descriptor: Int32, timeout: Int32) -> (ready: Int32, Int16) {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let ready = listener.wait(&entry, timeout: timeout) { poll($0, $1, $2) }
        return (ready, entry.revents)
    }

    private static func socket(in directory: ScratchDirectory) throws -> (HandedSocket, MilterSocket) {
        let path = directory.file("listening")
        return (try HandedSocket(unix: path), .unix(path: path))
    }

    @Test func aConnectionIsSeenUntilItIsHeld() async throws {
        let directory = try ScratchDirectory("listener")
        let (socket, place) = try Self.socket(in: directory)
        let listener = Listener(of: place)
        listener.isUsed(true)
        #expect(Self.wait(listener, on: socket.descriptor, timeout: 0).ready == 0)
        // A connection that was closed waits all the same.
        try await onOwnThread { _ = try MilterClient(socket.place) }
        #expect(Self.wait(listener, on: socket.descriptor, timeout: 10_000) == (1, Int16(POLLIN)))
        #expect(socket.takeWaiting() == [getpid()])
        // Once it is held, it sees none, and the end alone wakes it.
        let descriptor = socket.descriptor
        async let seen = onOwnThread { Self.wait(listener, on: descriptor, timeout: 60_000).ready }
        try await onOwnThread { listener.hold(atMost: .seconds(60)) }
        try await onOwnThread { _ = try MilterClient(socket.place) }
        listener.end()
        #expect(try await seen == 0)
        #expect(socket.takeWaiting() == [getpid()])
    }

    @Test(arguments: [false, true]) func anEmptyConnectionComesEvenIfHeld(isHeld: Bool) async throws {
        let directory = try ScratchDirectory("listener")
        let (socket, place) = try Self.socket(in: directory)
        let listener = Listener(of: place)
        if isHeld { listener.hold(atMost: .zero) }
        for _ in 0..<3 { listener.pass() }
        for _ in 0..<3 {
            #expect(Self.wait(listener, on: socket.descriptor, timeout: 10_000) == (1, Int16(POLLIN)))
            var address = sockaddr()
            let empty = try #require(listener.takePass(&address))
            defer { close(empty) }
            #expect(address.sa_family == sa_family_t(AF_UNIX))
            var byte: UInt8 = 0
            #expect(empty >= 0 && recv(empty, &byte, 1, 0) == 0)
        }
        #expect(listener.takePass(nil) == nil)
        #expect(Self.wait(listener, on: socket.descriptor, timeout: 0).ready == 0)
        #expect(socket.takeWaiting().isEmpty)
    }

    /// A thread that goes round and round there takes no connection.
    @Test func aBellThatHasFailedIsDoneWithout() async throws {
        let directory = try ScratchDirectory("listener")
        let (socket, place) = try Self.socket(in: directory)
        let listener = Listener(of: place)
        shutdown(listener.bell, Int32(SHUT_RDWR))
        let rounds = Atomic<Int>(0)
        func wait() -> Int32 {
            var entry = pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)
            return listener.wait(&entry, timeout: 60_000) {
                rounds.add(1, ordering: .relaxed).newValue < 100 ? poll($0, $1, $2) : 0
            }
        }
        #expect(wait() == 0)
        try await onOwnThread { _ = try MilterClient(socket.place) }
        #expect(wait() == 1)
        #expect(rounds.load(ordering: .relaxed) == 3)
        // It sees what it would have been woken for.
        listener.pass()
        #expect(wait() == 1)
        #expect(rounds.load(ordering: .relaxed) == 3)
        #expect(socket.takeWaiting() == [getpid()])
    }
}
