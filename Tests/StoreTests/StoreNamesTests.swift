import DANE
import Foundation
import NIOCore
import NIOPosix
import Synchronization
import Testing
import WorldServers
import WorldStore

@testable import Store

@Suite("Hosts of a store are looked up beside", .timeLimit(.minutes(2)))
struct StoreNamesTests {
    /// A name service that can be held up.
    private final class NameService: Sendable {
        private let state = Mutex((calls: 0, isHeld: false))

        var calls: Int { state.withLock { $0.calls } }

        func hold(_ isHeld: Bool) { state.withLock { $0.isHeld = isHeld } }

        func look(_ name: String) -> [IPAddress] {
            state.withLock { $0.calls += 1 }
            while state.withLock({ $0.isHeld }) { Thread.sleep(forTimeInterval: 0.005) }
            return name == "redis.test" ? [IPAddress("127.0.0.1")].compactMap(\.self) : []
        }
    }

    private func client(_ service: NameService, _ address: String) throws -> StoreClient {
        var options = StoreWorld.patient
        options.connectTimeout = .milliseconds(200)
        options.longestPause = .milliseconds(100)
        options.breaker.pause = .milliseconds(100)
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let names = StoreNames(on: loop, look: service.look)
        return StoreClient(try StoreAddress(address), nil, nil, options, loop, names) { _ in }
    }

    @Test func aLookupThatHangsTakesUpOneThread() async throws {
        try await withRedis { redis async throws in
            let service = NameService()
            service.hold(true)
            let client = try client(service, "redis://redis.test:\(redis.port)")
            client.start()
            #expect(try await eventually { client.state.counts.failedAttempts >= 4 })
            #expect(service.calls == 1)
            service.hold(false)
            #expect(try await eventually(within: .seconds(60)) { client.isReady })
            await client.shutdown()
        }
    }

    @Test func theLastKnownAddressesServe() async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let service = NameService()
        let names = NIOLoopBoundBox.makeBoxSendingValue(StoreNames(on: loop, look: service.look), eventLoop: loop)
        let place = StoreEndpoint.tcp(host: "redis.test", port: 1)
        func ask() async throws -> [SocketAddress] {
            try await loop.flatSubmit { names.value.addresses(of: place) }.get()
        }
        let known = try [SocketAddress(ipAddress: "127.0.0.1", port: 1)]
        #expect(try await ask() == known)
        service.hold(true)
        let slow = Task { try await ask() }
        #expect(try await eventually { service.calls == 2 })
        #expect(try await ask() == known)
        service.hold(false)
        #expect(try await slow.value == known)
    }

    @Test func aNameThatIsNotThereIsSaid() async throws {
        let client = try client(NameService(), "redis://nowhere.test")
        client.start()
        #expect(
            try await eventually {
                client.state.reason?.contains("nowhere.test:6379: its name is not found") == true
            })
        await client.shutdown()
    }
}
