import Foundation
import Testing
import WorldServers

@testable import Support

/// Addresses of Unix sockets, as the system takes them.
@Suite(.timeLimit(.minutes(1))) struct UnixSocketAddressTests {
    /// A datagram socket that is bound to an address, and the bytes that the system has for it.
    private static func bound(to address: UnixSocketAddress) -> (descriptor: Int32, path: [UInt8])? {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        guard address.withPointer({ bind(descriptor, $0, $1) }) == 0 else {
            close(descriptor)
            return nil
        }
        var found = sockaddr_un()
        var length = socklen_t(MemoryLayout<sockaddr_un>.size)
        _ = withUnsafeMutablePointer(to: &found) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        let path = withUnsafeBytes(of: found) { Array($0[MemoryLayout<sa_family_t>.size..<Int(length)]) }
        return (descriptor, path)
    }

    /// Whether a datagram to an address arrives at a socket.
    private static func arrives(at descriptor: Int32, to address: UnixSocketAddress) -> Bool {
        let sender = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(sender) }
        let sent = address.withPointer { sendto(sender, [1, 2, 3] as [UInt8], 3, 0, $0, $1) }
        var bytes = [UInt8](repeating: 0, count: 8)
        return sent == 3 && recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT)) == 3
    }

    @Test(arguments: [10, 50, UnixSocketAddress.limit - 1, UnixSocketAddress.limit]) func aPathIsTakenWhole(
        length: Int
    ) throws {
        let directory = try ScratchDirectory("a")
        let folder = directory.path.utf8.count + 1
        try #require(folder < length || length == 10)
        let path = directory.file(String(repeating: "s", count: max(1, length - folder)))
        let address = try #require(UnixSocketAddress(path))
        let (descriptor, found) = try #require(Self.bound(to: address))
        defer { close(descriptor) }
        #expect(found == Array(path.utf8) + [0])
        #expect(FileManager.default.fileExists(atPath: path))
        #expect(Self.arrives(at: descriptor, to: address))
    }

    /// The length of an abstract name is part of it: with trailing zeros it would be another name.
    @Test(arguments: [1, 20, UnixSocketAddress.limit - 1]) func anAbstractNameHasNoFile(length: Int) throws {
        let random = "\(getpid())-\(UInt64.random(in: .min ... .max))"
        let name = length == 1 ? String(Character(UnicodeScalar(UInt8.random(in: 33...126)))) : random
        let text = "@" + name + String(repeating: "n", count: max(0, length - name.utf8.count))
        let address = try #require(UnixSocketAddress(text))
        let (descriptor, found) = try #require(Self.bound(to: address))
        defer { close(descriptor) }
        #expect(found == [0] + Array(text.utf8.dropFirst()))
        #expect(Self.arrives(at: descriptor, to: address))
    }

    @Test(arguments: [
        "", "@", "/a\0b", "@a\0b", "\0a", "/" + String(repeating: "a", count: UnixSocketAddress.limit),
        "@" + String(repeating: "a", count: UnixSocketAddress.limit),
        "/" + String(repeating: "ü", count: UnixSocketAddress.limit / 2 + 1),
    ])
    func whatIsNoAddressIsNotTaken(text: String) { #expect(UnixSocketAddress(text) == nil) }

    @Test func theLimitIsTheSystems() { #expect(UnixSocketAddress.limit == 107) }
}
