import ClientTLS
import DANE
import Glibc
import NIOCore
import NIOPosix

/// The connection of one probe: the channel handler that passes network events to an ``SMTPClient`` and records what
/// happens. It belongs to one event loop.
///
/// It reports exactly once, at the latest when its time is up, and calls `released` exactly once, when its socket is
/// closed. The report may come first, because the answers to QUIT and to TLS's close_notify do not matter for it.
final class ProbeDialogue: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How long the answer to QUIT may take.
    private static let farewell = TimeAmount.seconds(1)
    /// How long the rest of a reply may take if it began with a line that is not an SMTP reply. A host with another
    /// protocol waits for us while we wait for it, and must not hold a slot for the whole time.
    private static let patience = TimeAmount.seconds(5)
    /// How many lines of a host are kept for the report.
    private static let maximumReplies = 100

    private let target: ProbeTarget
    private let configuration: ProbeConfiguration
    private let names: NameSearch
    private let withCCM: Bool
    private let loop: any EventLoop
    private let report: EventLoopPromise<ProbeReport>
    private let released: @Sendable () -> Void

    private var client: SMTPClient
    private var codec = SMTPLineCodec()
    private var parser = SMTPReplyParser()
    private var context: ChannelHandlerContext?
    private var timer: Scheduled<Void>?
    private var doubtTimer: Scheduled<Void>?
    private var name = ClientName.ownAddress
    private var isReported = false
    private var stepBegan = NIODeadline.now()
    private var timings: [ProbeReport.Timing] = []
    private var banner: String?
    private var replies: [String] = []

    /// A dialogue that has not started.
    ///
    /// - Parameters:
    ///   - names: The name to give in EHLO; nil to use that of the configuration.
    ///   - withCCM: Whether to offer AES-128-CCM as well (``GnuTLSDefaults``).
    ///   - loop: The event loop on which all methods are called.
    ///   - report: Receives the report.
    ///   - released: Called when the connection is closed, or if it was never made.
    init(
        target: ProbeTarget, configuration: ProbeConfiguration, names: NameSearch? = nil, withCCM: Bool = true,
        loop: any EventLoop,
        report: EventLoopPromise<ProbeReport>, released: @escaping @Sendable () -> Void
    ) {
        self.target = target
        self.configuration = configuration
        let names = names ?? NameSearch(configuration.helo.map(ClientName.set), on: loop)
        self.names = names
        self.withCCM = withCCM
        self.loop = loop
        self.report = report
        self.released = released
        // A placeholder until there is a connection; see channelActive.
        client = SMTPClient(helo: "-")
        name = names.name ?? .ownAddress
    }

    /// Starts the timer, and connects as soon as the name for EHLO is known.
    func start() {
        guard !isReported else {
            released()
            return
        }
        let me = NIOLoopBound(self, eventLoop: loop)
        stepBegan = .now()
        let timeout = configuration.timeout
        timer = loop.scheduleTask(in: TimeAmount(timeout)) { me.value.giveUp("no answer within \(timeout)") }
        names.name(on: loop).whenSuccess { me.value.connect(as: $0) }
    }

    private func connect(as name: ClientName) {
        guard !isReported else {
            released()
            return
        }
        self.name = name
        stepBegan = .now()
        let me = NIOLoopBound(self, eventLoop: loop)
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(TimeAmount(configuration.connectTimeout))
            // Replies are short, and a buffer of this size holds the messages of a usual handshake.
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 8192))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(me.value) }
            }
        let connection: EventLoopFuture<any Channel>
        do {
            let address = try SocketAddress(ipAddress: target.address.description, port: Int(target.port))
            connection = bootstrap.connect(to: address)
        } catch {
            connection = loop.makeFailedFuture(error)
        }
        connection.whenComplete { result in
            switch result {
            case .success(let channel):
                channel.closeFuture.whenComplete { _ in me.value.released() }
            case .failure(let error):
                if let code = (error as? IOError)?.errnoCode, Self.isOurs(errno: code) {
                    me.value.untried(Self.describe(errno: code), isCrowded: Self.isShortage(errno: code))
                } else {
                    me.value.handle(.closed(me.value.describe(error)))
                }
                me.value.released()
            }
        }
    }

    /// Ends the dialogue at once.
    func giveUp(_ reason: String) { handle(.gaveUp(reason)) }

    /// Ends the dialogue for a reason of this machine's own: the host has not been seen to the end, and nothing is said
    /// of it.
    func abandon(_ reason: String) {
        guard !isReported else { return giveUp(reason) }
        finish(.crowded(reason), quit: false)
    }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if isReported { context.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) {
        guard !isReported else {
            context.close(promise: nil)
            return
        }
        // RFC 5321 §4.1.1.1: the literal is the local address of this connection.
        let local = context.channel.localAddress?.ipAddress.flatMap { IPAddress($0) }
        client = SMTPClient(helo: name.word(from: local))
        handle(.connected)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do throws(SMTPProtocolError) {
            try codec.append(unwrapInboundIn(data))
            while let line = try codec.next() {
                if replies.count < Self.maximumReplies, !isReported { replies.append(Printable.text(line)) }
                guard let reply = try parser.add(line) else { continue }
                if client.step == .banner { banner = Printable.text("\(reply.code) \(reply.lines[0])".utf8) }
                handle(.reply(reply, followed: !codec.isEmpty))
            }
        } catch {
            handle(.violated(error))
        }
        noteDoubt()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event as? TLSEvent {
        case .established(let session): handle(.established(session))
        case .failed(let reason): handle(.tlsFailed(reason))
        case .refused(let reason): handle(.violated(SMTPProtocolError(reason)))
        case .ended: handle(.closed("the host ended the TLS session"))
        case nil: context.fireUserInboundEventTriggered(event)
        }
    }

    func channelInactive(context: ChannelHandlerContext) { handle(.closed("the host closed the connection")) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { handle(.closed(describe(error))) }

    /// Shortens the wait for a host that has sent a line that is not SMTP, until its reply turns out to be one.
    private func noteDoubt() {
        guard !isReported, let doubt = parser.doubt ?? SMTPReplyParser.doubt(of: codec.unfinished(limit: 64)) else {
            doubtTimer?.cancel()
            doubtTimer = nil
            return
        }
        guard doubtTimer == nil else { return }
        let me = NIOLoopBound(self, eventLoop: loop)
        doubtTimer = loop.scheduleTask(in: Self.patience) { me.value.handle(.violated(doubt)) }
    }

    // MARK: Actions

    private func handle(_ event: SMTPClient.Event) {
        let before = client.step
        let action = client.handle(event)
        if client.step != before, before != .quit { note(before) }
        switch action {
        case .wait:
            break
        case .send(let command):
            send(command)
        case .startTLS:
            startTLS()
        case .end(let end, let quit):
            finish(end, quit: quit)
        case .hangUp:
            timer?.cancel()
            context?.close(promise: nil)
        }
    }

    private func note(_ step: ProbeReport.Step) {
        let now = NIODeadline.now()
        timings.append(.init(step: step, duration: .nanoseconds((now - stepBegan).nanoseconds)))
        stepBegan = now
    }

    private func send(_ command: String) {
        guard let context else { return }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "\(command)\r\n")), promise: nil)
    }

    private func startTLS() {
        guard let context else { return }
        // L-04, RFC 3207 §4.2: forget what was learnt in cleartext. The client says EHLO again.
        codec = SMTPLineCodec()
        parser = SMTPReplyParser()
        // RFC 6066 §3: an address is not allowed as a server name.
        // I-05: `text` is in lower case and has no trailing dot.
        let name = target.serverName
        let serverName = name.isRoot || name.looksLikeAddress ? nil : name.text
        do {
            let session = try ProbeTLSSession(serverName: serverName, offer: target.offer, withCCM: withCCM)
            let tls = TLSClientHandler(client: session)
            try context.pipeline.syncOperations.addHandler(tls, position: .before(self))
        } catch {
            handle(.gaveUp("TLS is not available here: \(error)"))
        }
    }

    /// Ends a dialogue that this machine could not begin.
    private func untried(_ reason: String, isCrowded: Bool) {
        guard !isReported else { return }
        note(.connect)
        let why = "\(target.address): \(reason)"
        finish(isCrowded ? .crowded(why) : .notProbed(why), quit: false)
    }

    /// Whether a failure will pass once this machine has free resources again (F-102).
    private static func isShortage(errno code: Int32) -> Bool {
        // EADDRINUSE: no local port to that address is free.
        [EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRINUSE].contains(code)
    }

    /// Whether a failure to connect is caused by this machine, so that it says nothing about the host.
    private static func isOurs(errno code: Int32) -> Bool {
        [ENETUNREACH, EAFNOSUPPORT, EADDRNOTAVAIL, EACCES, EPERM, EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRINUSE]
            .contains(code)
    }

    private func finish(_ end: ProbeReport.End, quit: Bool) {
        isReported = true
        timer?.cancel()
        doubtTimer?.cancel()
        report.succeed(ProbeReport(end: end, timings: timings, banner: banner, replies: replies))
        guard quit, context != nil else {
            context?.close(promise: nil)
            return
        }
        // L-03, RFC 3207 §4.1: a client that does not continue sends QUIT.
        let me = NIOLoopBound(self, eventLoop: loop)
        timer = loop.scheduleTask(in: Self.farewell) { me.value.giveUp("no answer to QUIT") }
        send("QUIT")
    }

    private func describe(_ error: any Error) -> String {
        switch error {
        case ChannelError.connectTimeout: "no connection within \(configuration.connectTimeout)"
        case let error as IOError: Self.describe(errno: error.errnoCode)
        default: Printable.text("\(error)".utf8)
        }
    }

    private static func describe(errno code: Int32) -> String {
        switch code {
        case ECONNREFUSED: "connection refused"
        case ECONNRESET, EPIPE: "the host reset the connection"
        case ETIMEDOUT: "connection timed out"
        case ENETUNREACH: "no route to the network"
        case EHOSTUNREACH: "no route to the host"
        case EAFNOSUPPORT, EADDRNOTAVAIL: "no address of that family here"
        case EACCES, EPERM: "connecting is not permitted here"
        case EMFILE, ENFILE: "out of file descriptors"
        default: "error \(code) of the operating system"
        }
    }
}
