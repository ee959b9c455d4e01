import Glibc
import NIOCore
import NIOPosix
import Synchronization
import WorldServers

/// The TLS of a host that OpenSSL speaks: it serves certificates that NIOSSL's BoringSSL will not load, and suites,
/// groups and signatures that BoringSSL does not have.
///
/// There is an `openssl s_server` for each connection, and a process ends with it. What it serves lies in files of
/// its own.
final class OpenSSLServer: Sendable {
    /// One connection's process, and the ways to it.
    struct Session: Sendable {
        let process: ChildProcess
        /// Where it takes TLS.
        let socket: String
        /// The descriptor of what it has decrypted.
        let decrypted: CInt
        /// The descriptor of what it is to encrypt.
        let toEncrypt: CInt
    }

    private let scratch: ScratchDirectory
    private let options: String
    private let count = Mutex(0)

    /// - Parameters:
    ///   - chain: The certificates to send, and the leaf's key.
    ///   - options: Further options of s_server(1); `dh1024` is a file with a prime of 1024 bits.
    init(_ chain: IssuedChain, _ options: String) throws {
        scratch = try ScratchDirectory("tls")
        try scratch.write(chain.certificates[0].pem, to: "leaf")
        try scratch.write(chain.certificates.dropFirst().map(\.pem).joined(), to: "rest")
        try scratch.write(chain.key.pem, to: "key")
        let group = DER.sequence(DER.integer(Self.secondOakleyGroup), DER.integer([2]))
        try scratch.write(DER.pem(group, label: "DH PARAMETERS"), to: "dh1024")
        self.options = options + (chain.certificates.count > 1 ? " -cert_chain rest" : "")
    }

    /// Starts a process for a connection.
    func start() async throws -> Session {
        let number = count.withLock { count in
            count += 1
            return count
        }
        let names = (decrypted: "\(number).out", toEncrypt: "\(number).in", socket: "\(number).sock")
        for name in [names.decrypted, names.toEncrypt] {
            guard mkfifo(scratch.file(name), 0o600) == 0 else { throw WorldError("mkfifo: errno \(errno)") }
        }
        // Both ways, so that neither side waits for the other to open it.
        let input = open(scratch.file(names.decrypted), O_RDWR | O_CLOEXEC)
        let output = open(scratch.file(names.toEncrypt), O_RDWR | O_CLOEXEC)
        let command =
            "exec openssl s_server -quiet -naccept 1 -unix \(names.socket) -cert leaf -key key \(options)"
            + " <\(names.toEncrypt) >\(names.decrypted)"
        do {
            let process = try await ChildProcess("sh", ["-c", command], directory: scratch.path)
            return Session(
                process: process, socket: scratch.file(names.socket), decrypted: input, toEncrypt: output)
        } catch {
            close(input)
            close(output)
            throw error
        }
    }
}

extension OpenSSLServer {
    /// RFC 2409 §6.2.
    private static let secondOakleyGroup: [UInt8] = {
        let digits = Array(
            ("FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74"
                + "020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437"
                + "4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
                + "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF").utf8)
        return stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
        }
    }()
}

/// TLS on a host's channel, by a process: what comes in goes there, and what it has decrypted comes on.
final class OpenSSLServerHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let server: OpenSSLServer
    /// The ways to the process, once it takes connections.
    private var ways: (tls: any Channel, plaintext: any Channel)?
    private var process: ChildProcess?
    /// What comes before there are any.
    private var early: (inbound: [ByteBuffer], outbound: [ByteBuffer]) = ([], [])

    init(_ server: OpenSSLServer) { self.server = server }

    func handlerAdded(context: ChannelHandlerContext) {
        let me = NIOLoopBound(self, eventLoop: context.eventLoop)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        let server = server
        Task { @Sendable in
            do { try await Self.begin(server, me, bound) } catch {
                bound.eventLoop.execute { bound.value.close(promise: nil) }
            }
        }
    }

    /// Starts a process, and ties its ends to the host's channel.
    private static func begin(
        _ server: OpenSSLServer, _ me: NIOLoopBound<OpenSSLServerHandler>,
        _ context: NIOLoopBound<ChannelHandlerContext>
    ) async throws {
        let session = try await server.start()
        let tls = try await connect(session, on: context.eventLoop) { bytes in
            context.value.writeAndFlush(me.value.wrapOutboundOut(bytes), promise: nil)
        } closed: {
            context.value.close(promise: nil)
        }
        let plaintext = try await NIOPipeBootstrap(group: context.eventLoop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let relay = Relay {
                        context.value.fireChannelRead(me.value.wrapInboundOut($0))
                    } closed: {
                    }
                    try channel.pipeline.syncOperations.addHandler(relay)
                }
            }
            .takingOwnershipOfDescriptors(input: session.decrypted, output: session.toEncrypt).get()
        context.eventLoop.execute { me.value.begin(session.process, tls, plaintext) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        if let ways { ways.tls.writeAndFlush(bytes, promise: nil) } else { early.inbound.append(bytes) }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let bytes = unwrapOutboundIn(data)
        if let ways { ways.plaintext.writeAndFlush(bytes, promise: nil) } else { early.outbound.append(bytes) }
        promise?.succeed()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    private func begin(_ process: ChildProcess, _ tls: any Channel, _ plaintext: any Channel) {
        self.process = process
        ways = (tls, plaintext)
        for bytes in early.inbound { tls.writeAndFlush(bytes, promise: nil) }
        for bytes in early.outbound { plaintext.writeAndFlush(bytes, promise: nil) }
        early = ([], [])
    }

    private func end() {
        ways?.tls.close(promise: nil)
        ways?.plaintext.close(promise: nil)
        process?.signal(SIGKILL)
    }

    /// Connects as soon as the process listens; fails if it ends before that.
    private static func connect(
        _ session: OpenSSLServer.Session, on loop: any EventLoop, read: @escaping @Sendable (ByteBuffer) -> Void,
        closed: @escaping @Sendable () -> Void
    ) async throws -> any Channel {
        while session.process.status == nil {
            let attempt = ClientBootstrap(group: loop)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(Relay(read: read, closed: closed))
                    }
                }
                .connect(unixDomainSocketPath: session.socket)
            if let channel = try? await attempt.get() { return channel }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw WorldError("openssl s_server ended: \(session.process.output)")
    }

    /// Hands on what comes.
    private final class Relay: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let read: @Sendable (ByteBuffer) -> Void
        private let closed: @Sendable () -> Void

        init(read: @escaping @Sendable (ByteBuffer) -> Void, closed: @escaping @Sendable () -> Void) {
            self.read = read
            self.closed = closed
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { read(unwrapInboundIn(data)) }
        func channelInactive(context: ChannelHandlerContext) { closed() }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
