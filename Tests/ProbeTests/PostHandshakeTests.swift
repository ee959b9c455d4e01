import ClientTLS
import DANE
import Foundation
import NIOCore
import NIOPosix
import Testing
import World

@testable import Probe

/// What OpenSSL's test server can send inside a session that is already up.
@Suite("TLS messages after the handshake", .timeLimit(.minutes(1)))
struct PostHandshakeTests {
    /// Keeps what comes through a session, as text.
    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let events: AsyncStream<String>.Continuation

        init(_ events: AsyncStream<String>.Continuation) { self.events = events }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            events.yield(String(buffer: unwrapInboundIn(data)))
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            switch event as? TLSEvent {
            case .established: events.yield("established")
            case .failed(let failure): events.yield("failed: \(failure)")
            case .refused(let reason): events.yield("failed: \(reason)")
            case .ended, nil: events.yield("ended")
            }
        }

        func channelInactive(context: ChannelHandlerContext) { events.finish() }
    }

    @Test(arguments: [
        // Key updates, with and without an answer asked for, between data.
        ("-tls1_3", ["K", "k", "K", "hello"], "hello"),
        ("-tls1_3 -num_tickets 8", ["hello"], "hello"),
        ("-tls1_3 -num_tickets 200", ["hello"], "hello"),
        // A flood of tickets is read up to a bound.
        ("-tls1_3 -num_tickets 1200", ["hello"], "hello"),
        ("-tls1_3 -num_tickets 6000", [], "failed: the host sent more than 524288 bytes of TLS"),
        ("-tls1_2", ["hello"], "hello"),
        // Renegotiation is refused; OpenSSL then ends the session.
        ("-tls1_2", ["r"], "alert 40"),
    ])
    func areTakenInStride(_ options: String, _ commands: [String], _ expected: String) async throws {
        let chain = try await IssuedChain.selfSigned("mx.test")
        let scratch = try ScratchDirectory()
        try scratch.write(chain.pem, to: "chain")
        try scratch.write(chain.key.pem, to: "key")
        let received = try await received(from: options, sending: commands, in: scratch)
        #expect(received.hasPrefix("established") && received.contains(expected), "\(received)")
    }

    /// The host's certificate is looked at before its key is used, in TLS 1.3 too, where it comes encrypted.
    @Test(arguments: ["-tls1_2", "-tls1_3"])
    func anExponentThatIsTooLargeIsNotTried(_ options: String) async throws {
        let scratch = try ScratchDirectory()
        let key = "-algorithm RSA -pkeyopt rsa_keygen_bits:3200 -pkeyopt rsa_keygen_pubexp:1208925819614629174706189"
        let script = """
            openssl genpkey \(key) -quiet -out key && openssl req -x509 -new -key key -subj /CN=mx.test -days 2 -out \
            chain
            """
        let (status, output) = try await ChildProcess.run("sh", ["-c", script], directory: scratch.path)
        try #require(status == 0, "\(output)")
        let received = try await received(from: options, sending: [], in: scratch)
        #expect(received.hasPrefix("failed: the host's RSA key of 3200 bits"), "\(received)")
    }

    /// Returns what comes from an `openssl s_server` that has `chain` and `key` in a directory. It is given commands
    /// once the session is up.
    private func received(
        from options: String, sending commands: [String], in scratch: ScratchDirectory
    ) async throws -> String {
        // The farm only keeps a port free for us, and its neighbour's address with it.
        let farm = try await SMTPHosts()
        guard case .v4(let number) = farm.closedAddress else { return "" }
        let address = IPAddress.v4(number + 1)
        #expect(mkfifo(scratch.file("commands"), 0o600) == 0)
        let input = open(scratch.file("commands"), O_RDWR | O_CLOEXEC)
        defer { close(input) }
        let server = try await ChildProcess(
            "sh",
            ["-c", "exec openssl s_server -accept \(address):\(farm.port) -cert chain -key key \(options) <commands"],
            directory: scratch.path)
        #expect(await server.waitForOutput { $0.contains("ACCEPT") }, "\(server.output)")

        let (events, continuation) = AsyncStream.makeStream(of: String.self)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Collector(continuation))
                }
            }
            .connect(host: address.description, port: Int(farm.port)).get()
        try await channel.eventLoop.submit {
            let tls = TLSClientHandler(client: try ProbeTLSSession(serverName: "mx.test"))
            try channel.pipeline.syncOperations.addHandler(tls, position: .first)
        }.get()

        var received = ""
        for await event in events {
            received += event
            if event == "established" {
                for command in commands {
                    // It takes all it can read for one command: each waits until the one before has been read.
                    let isRead = await ProbeWorld.until {
                        var left: Int32 = 0
                        return ioctl(input, UInt(FIONREAD), &left) == 0 && left == 0
                    }
                    #expect(isRead)
                    let line = Array("\(command)\n".utf8)
                    _ = write(input, line, line.count)
                }
            } else if received.hasSuffix("hello\n") || event == "ended" || event.hasPrefix("failed") {
                break
            }
        }
        try? await channel.close()
        server.signal(SIGKILL)
        await server.waitForEnd()
        await farm.stop()
        return received
    }
}
