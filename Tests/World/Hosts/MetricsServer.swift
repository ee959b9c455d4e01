import WorldServers
import NIOCore
import NIOPosix

/// Serves metrics over HTTP/1.1 on a port of 127.0.0.1, whatever is asked for, one request a connection.
public final class MetricsServer: Sendable {
    /// Makes the answer to an `Accept` header, on a thread of its own.
    public typealias Answer = @Sendable (_ accept: String?) throws -> (contentType: String, body: String)

    /// The port.
    public let port: UInt16
    private let channel: any Channel

    /// Begins to serve.
    ///
    /// - Throws: If it cannot listen.
    public init(_ answer: @escaping Answer) async throws {
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = UInt16(channel.localAddress?.port ?? 0)
    }

    /// Ends it.
    public func stop() async { try? await channel.close() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let answer: Answer
        private var head = ""

        init(_ answer: @escaping Answer) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            head += String(buffer: unwrapInboundIn(data))
            guard head.contains("\r\n\r\n") else { return }
            let accept = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("accept:") }?.dropFirst(7)
            let (channel, answer) = (context.channel, self.answer)
            let asked = accept.map(String.init)
            Task {
                let reply: String
                do {
                    let (type, body) = try await onOwnThread { try answer(asked) }
                    reply =
                        "HTTP/1.1 200 OK\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n"
                        + "Connection: close\r\n\r\n\(body)"
                } catch {
                    reply = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                }
                try? await channel.writeAndFlush(channel.allocator.buffer(string: reply))
                try? await channel.close()
            }
        }
    }
}
