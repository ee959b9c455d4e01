import Foundation
import Milter
import NIOCore
import NIOPosix
import Testing
import WorldServers

@testable import Gate

/// A door's listening socket with real clients.
@Suite(.timeLimit(.minutes(1))) struct LineServerTests {
    /// Answers each line with itself.
    private final class Echo: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private let patience: TimeAmount
        private let readsOnDemand: Bool
        private var deadline: LineDeadline?

        init(patience: TimeAmount, readsOnDemand: Bool) {
            self.patience = patience
            self.readsOnDemand = readsOnDemand
        }

        func channelActive(context: ChannelHandlerContext) {
            deadline = LineDeadline(context.channel)
            deadline?.set(in: patience)
            if readsOnDemand { context.read() }
        }

        func channelInactive(context: ChannelHandlerContext) { deadline?.end() }

        /// Also after a read that made no line.
        func channelReadComplete(context: ChannelHandlerContext) { if readsOnDemand { context.read() } }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            deadline?.cancel()
            var answer = unwrapInboundIn(data)
            answer.writeString("\n")
            context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            // The client has closed its side.
            if event as? ChannelEvent == .inputClosed { context.close(promise: nil) }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    private static func server(
        _ path: String, limit: Int = 64, patience: TimeAmount = .seconds(60), readsOnDemand: Bool = false,
        mode: UInt32 = 0o660
    ) throws -> LineServer {
        var options = LineServer.Options(connections: 8, backlog: 64)
        options.allowsHalfClosure = true
        options.readsOnDemand = readsOnDemand
        var place = LineServer.Place(socket: try MilterSocket(path))
        place.mode = mode
        return try LineServer.open(place, options) { _ in
            LineLimit.lines(of: limit) + [Echo(patience: patience, readsOnDemand: readsOnDemand)]
        }
    }

    /// Sends pieces over a connection, closes that side if it is to, and reads to the end.
    private static func talk(_ path: String, _ pieces: [String], closesItsSide: Bool = true) async throws -> String {
        try await connect(path).executeThenClose { inbound, outbound in
            for piece in pieces { try await outbound.write(ByteBuffer(string: piece)) }
            if closesItsSide { outbound.finish() }
            var text = ""
            for try await part in inbound { text += String(buffer: part) }
            return text
        }
    }

    private static func connect(_ path: String) async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
        try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(unixDomainSocketPath: path) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
    }

    @Test(arguments: [false, true]) func linesAreAnsweredThoughTheClientHasClosedItsSide(onDemand: Bool) async throws {
        let place = try ScratchDirectory("line")
        let server = try Self.server(place.file("s"), readsOnDemand: onDemand)
        #expect(try await Self.talk(place.file("s"), ["one\ntw", "o\r\n", "three"]) == "one\ntwo\n")
        server.close()
    }

    @Test func aLongLineEndsItsOwnConnection() async throws {
        let place = try ScratchDirectory("line")
        let server = try Self.server(place.file("s"))
        let long = String(repeating: "x", count: 64)
        #expect(try await Self.talk(place.file("s"), ["one\n\(long)\ntwo\n"], closesItsSide: false) == "one\n")
        #expect(try await Self.talk(place.file("s"), ["two\n"]) == "two\n")
        server.close()
    }

    /// The deadline is not for silence: what comes now and then does not move it.
    @Test func theDeadlineEndsWhoDoesNotGetFurther() async throws {
        let place = try ScratchDirectory("line")
        let server = try Self.server(place.file("s"), limit: 1 << 20, patience: .milliseconds(200))
        let client = try await Self.connect(place.file("s"))
        try await client.executeThenClose { _, outbound in
            // Ends when the server has closed the connection.
            while (try? await outbound.write(ByteBuffer(string: "x"))) != nil {
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        #expect(server.clients.counts.open == 0)
        server.close()
    }

    @Test func theFileHasItsModeAndGoesWithTheServer() throws {
        let place = try ScratchDirectory("line")
        let path = place.file("s")
        let server = try Self.server(path, mode: 0o604)
        var facts = stat()
        #expect(lstat(path, &facts) == 0 && facts.st_mode & 0o777 == 0o604)
        // Nobody takes it away, and the error says why.
        let error = #expect(throws: ListenError.self) { try Self.server(path) }
        #expect(error?.description == "another daemon is listening on unix:\(path)")
        server.close()
        #expect(lstat(path, &facts) != 0)
        let missing = #expect(throws: ListenError.self) { try Self.server("\(place.path)/no/s") }
        #expect(missing?.description.hasSuffix("/no/s: its directory does not exist") == true, "\(missing as Any)")
    }
}
