import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS

/// The server's side of one connection, as its host behaves.
final class HostConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Mode { case commands, message, hello, faulty }

    private let host: SMTPHost
    private let behaviour: SMTPHostBehaviour
    private let tls: HostTLS
    private var mode = Mode.commands
    private var isSecure = false
    private var input = ByteBuffer()
    private var message = ""
    private var drip: RepeatedTask?

    init(host: SMTPHost) {
        let turn = host.connected()
        self.host = host
        behaviour = turn.behaviour
        tls = turn.tls
    }

    func channelActive(context: ChannelHandlerContext) {
        guard behaviour.delay > .zero else {
            answer(.banner, behaviour.greeting, context)
            return
        }
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        let me = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: TimeAmount(behaviour.delay)) {
            me.value.answer(.banner, me.value.behaviour.greeting, bound.value)
        }
    }

    func channelInactive(context: ChannelHandlerContext) { drip?.cancel() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if mode == .hello, let fault = behaviour.faults[.handshake] {
            inflict(fault, context)
            return
        }
        guard mode != .faulty else { return }
        input.discardReadBytes()
        input.writeImmutableBuffer(unwrapInboundIn(data))
        while let end = input.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
            let line = input.readString(length: end - input.readerIndex + 1) ?? ""
            // CRLF is one Character.
            took(line.dropLast(), context)
        }
        // Real messages are small; so are commands.
        if input.readableBytes > 1 << 20 { context.close(promise: nil) }
    }

    // MARK: SMTP

    private func took(_ line: Substring, _ context: ChannelHandlerContext) {
        if mode == .message {
            guard line == "." else {
                message += "\(line)\n"
                return
            }
            host.took(message, isSecure: isSecure)
            message = ""
            mode = .commands
            reply(["250 2.0.0 Ok"], context)
            return
        }
        guard mode == .commands else { return }
        host.heard(String(line))
        let argument = line.drop { $0 != " " }.dropFirst()
        switch line.prefix(while: { $0 != " " }).uppercased() {
        case "EHLO" where isSecure:
            answer(.secureEHLO, ["250-mx", "250-8BITMIME", "250-SMTPUTF8", "250 ENHANCEDSTATUSCODES"], context)
        case "EHLO":
            let isQualified = argument.contains(".") || argument.hasPrefix("[")
            answer(.ehlo, (isQualified ? nil : behaviour.unqualified) ?? behaviour.ehlo, context)
        case "HELO": reply(behaviour.helo, context)
        case "STARTTLS" where !isSecure: startTLS(context)
        case "MAIL", "RCPT", "RSET", "NOOP": reply(["250 2.0.0 Ok"], context)
        case "DATA":
            mode = .message
            reply(["354 End data with <CR><LF>.<CR><LF>"], context)
        case "QUIT":
            reply(["221 2.0.0 Bye"], context)
            context.close(promise: nil)
        default: reply(["502 5.5.2 Command not implemented"], context)
        }
    }

    private func answer(_ step: SMTPHostBehaviour.Step, _ lines: [String], _ context: ChannelHandlerContext) {
        if let fault = behaviour.faults[step] { inflict(fault, context) } else { reply(lines, context) }
    }

    private func reply(_ lines: [String], _ context: ChannelHandlerContext) {
        send(lines.map { $0 + behaviour.lineEnd }.joined(), context)
    }

    private func send(_ text: String, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }

    // MARK: TLS

    private func startTLS(_ context: ChannelHandlerContext) {
        if let fault = behaviour.faults[.starttls] {
            inflict(fault, context)
            return
        }
        // In one packet, as an attacker would.
        send("\(behaviour.starttls)\(behaviour.lineEnd)\(behaviour.injection)", context)
        // As the client has it, the last line counts.
        guard behaviour.starttls.split(whereSeparator: \.isNewline).last?.hasPrefix("2") == true else { return }
        input.clear()
        if behaviour.faults[.handshake] != nil {
            mode = .hello
            return
        }
        isSecure = true
        if let openSSL = tls.openSSL {
            try? context.pipeline.syncOperations.addHandler(OpenSSLServerHandler(openSSL), position: .before(self))
            return
        }
        let me = NIOLoopBound(self, eventLoop: context.eventLoop)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        let tap = NIOLoopBound(ClientHelloTap(), eventLoop: context.eventLoop)
        let chooser = SNIHandler { result in
            me.value.choose(for: result, ClientHello(tap.value.bytes), bound.value)
            bound.value.pipeline.syncOperations.removeHandler(tap.value, promise: nil)
            return bound.value.eventLoop.makeSucceededVoidFuture()
        }
        try? context.pipeline.syncOperations.addHandler(tap.value, position: .before(self))
        try? context.pipeline.syncOperations.addHandler(ByteToMessageHandler(chooser), position: .before(self))
    }

    private func choose(for result: SNIResult, _ hello: ClientHello?, _ context: ChannelHandlerContext) {
        let name: String? = if case .hostname(let name) = result { name } else { nil }
        host.asked(for: name)
        if let hello { host.greeted(with: hello) }
        guard let chosen = tls.context(for: name, hello?.algorithms ?? []) else {
            // A fatal alert, unrecognized_name (RFC 6066 §3).
            mode = .faulty
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: [21, 3, 3, 0, 2, 2, 112])), promise: nil)
            context.close(promise: nil)
            return
        }
        let handler = NIOSSLServerHandler(context: chosen)
        try? context.pipeline.syncOperations.addHandler(handler, position: .before(self))
    }

    // MARK: Faults

    private func inflict(_ fault: SMTPHostBehaviour.Fault, _ context: ChannelHandlerContext) {
        mode = .faulty
        switch fault {
        case .stall:
            break
        case .close:
            context.close(promise: nil)
        case .reset:
            reset(context)
        case .tarpit(let interval):
            drip(Array("250-in a moment\r\n".utf8), isEndless: true, every: interval, context)
        case .drip(let bytes, let interval):
            drip(bytes, isEndless: false, every: interval, context)
        case .repeating(let bytes):
            flood(ByteBuffer(bytes: bytes), context)
        case .bytes(let bytes):
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
        case .flood:
            let line = "250-\(String(repeating: "x", count: 60))\r\n"
            flood(ByteBuffer(string: String(repeating: line, count: 200)), context)
        case .longLine:
            flood(ByteBuffer(string: "250-\(String(repeating: "x", count: 16_000))"), context)
        case .binary:
            let bytes = ByteBuffer(bytes: (0..<600).map { UInt8(($0 * 37 + 22) & 0xFF) })
            context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
        case .text(let text):
            send(text, context)
        }
    }

    private func drip(
        _ bytes: [UInt8], isEndless: Bool, every interval: Duration, _ context: ChannelHandlerContext
    ) {
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        let me = NIOLoopBound(self, eventLoop: context.eventLoop)
        let next = NIOLoopBoundBox(0, eventLoop: context.eventLoop)
        drip = context.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: TimeAmount(interval)) { task in
            guard isEndless || next.value < bytes.count else {
                task.cancel()
                return
            }
            let byte = ByteBuffer(bytes: [bytes[next.value % bytes.count]])
            bound.value.writeAndFlush(me.value.wrapOutboundOut(byte), promise: nil)
            next.value += 1
        }
    }

    private func flood(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        let me = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(bytes)).whenSuccess {
            // Not at once: a write that is done at once would make this a deep recursion.
            bound.value.eventLoop.execute { me.value.flood(bytes, bound.value) }
        }
    }

    private func reset(_ context: ChannelHandlerContext) {
        // Past the TLS handler, which would say goodbye first.
        let tls = try? context.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self)
        let bound = NIOLoopBound(tls ?? context, eventLoop: context.eventLoop)
        (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
            .whenComplete { _ in bound.value.close(promise: nil) }
    }
}
