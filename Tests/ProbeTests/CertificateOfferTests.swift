import ClientTLS
import DANE
import NIOCore
import NIOPosix
import RuleMarks
import Testing
import World

@testable import Probe

/// What hosts with an RSA and an ECDSA certificate show, by what is offered to them.
@Suite("Certificates by offer", .timeLimit(.minutes(1)))
struct CertificateOfferTests {
    /// The two certificates, made once.
    private static let chains = Task {
        let authority = try await CertificateAuthority.root()
        return (
            rsa: try await authority.issue("mx.example.org", algorithm: .rsa2048),
            ecdsa: try await authority.issue("mx.example.org")
        )
    }

    @Test(
        .rules("F-09", "F-57"),
        arguments: CertificateOffer.allCases, [SMTPHostBehaviour.TLSVersion.tls12, .tls13])
    func theHostChoosesByTheOffer(_ offer: CertificateOffer, _ version: SMTPHostBehaviour.TLSVersion) async throws {
        let (rsa, ecdsa) = try await Self.chains.value
        try await ProbeWorld.run { world in
            let both = try await world.hosts.add(.byKey(rsa, ecdsa).tls(max: version))
            let report = await world.probe(both, offer)
            #expect(report.end.session?.chain.first == (offer == .rsaOnly ? rsa : ecdsa).der[0], "\(report.end)")
            // A host that has no certificate of the kind.
            let onlyRSA = try await world.hosts.add(.normal(rsa).tls(max: version))
            #expect(await world.probe(onlyRSA, offer).end.kind == (offer == .ecdsaOnly ? "tlsFailed" : "secured"))
            let onlyECDSA = try await world.hosts.add(.normal(ecdsa).tls(max: version))
            #expect(await world.probe(onlyECDSA, offer).end.kind == (offer == .rsaOnly ? "tlsFailed" : "secured"))
        }
    }

    /// OpenSSL's server, and what OpenSSL's own client is shown: the MTA behind us is such a client.
    @Test(.rules("F-09"), arguments: ["-tls1_2", "-tls1_3"], ["", "-serverpref"])
    func anOrdinaryProbeIsShownWhatOpenSSLIs(_ version: String, _ preference: String) async throws {
        let (rsa, ecdsa) = try await Self.chains.value
        let scratch = try ScratchDirectory()
        for (name, chain) in [("rsa", rsa), ("ecdsa", ecdsa)] {
            try scratch.write(chain.certificates[0].pem, to: "\(name).pem")
            try scratch.write(chain.key.pem, to: "\(name).key")
        }
        // The farm only keeps a port free for us, and its neighbour's address with it.
        let farm = try await SMTPHosts()
        guard case .v4(let number) = farm.closedAddress else {
            Issue.record("\(farm.closedAddress) is not the loopback's")
            return
        }
        let address = IPAddress.v4(number + 1)
        let server = try await ChildProcess(
            "sh",
            [
                "-c",
                "exec openssl s_server -accept \(address):\(farm.port) -cert rsa.pem -key rsa.key -dcert ecdsa.pem "
                    + "-dkey ecdsa.key -www \(version) \(preference)",
            ], directory: scratch.path)
        #expect(await server.waitForOutput { $0.contains("ACCEPT") }, "\(server.output)")
        let (_, text) = try await ChildProcess.run(
            "sh",
            [
                "-c",
                "openssl s_client -connect \(address):\(farm.port) -servername mx.example.org </dev/null 2>&1 "
                    + "| openssl x509 -noout -fingerprint -sha256",
            ], directory: scratch.path)
        let shown = text.split(separator: "=").last?.filter(\.isHexDigit).lowercased()
        #expect(shown == String(ecdsa.tlsa(selector: 0).dropFirst(6)), "\(text)")
        for offer in CertificateOffer.allCases {
            let leaf = try await Self.leaf(address, farm.port, offer)
            #expect(leaf == (offer == .rsaOnly ? rsa : ecdsa).der[0], "\(offer)")
        }
        server.signal(9)
        await server.waitForEnd()
        await farm.stop()
    }

    /// The leaf that a server shows on a connection that begins with TLS.
    private static func leaf(_ address: IPAddress, _ port: UInt16, _ offer: CertificateOffer) async throws -> [UInt8]? {
        let (events, continuation) = AsyncStream.makeStream(of: ProbeReport.TLSSession?.self)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let session = try ProbeTLSSession(serverName: "mx.example.org", offer: offer)
                    try channel.pipeline.syncOperations.addHandler(Listener(continuation))
                    try channel.pipeline.syncOperations.addHandler(LateTLS(session), position: .first)
                }
            }
            .connect(host: address.description, port: Int(port)).get()
        var leaf: [UInt8]?
        for await session in events {
            leaf = session?.chain.first
            break
        }
        try? await channel.close()
        return leaf
    }

    /// Begins TLS when the connection is up.
    private final class LateTLS: ChannelInboundHandler, RemovableChannelHandler {
        typealias InboundIn = ByteBuffer
        private let session: ProbeTLSSession
        init(_ session: ProbeTLSSession) { self.session = session }

        func channelActive(context: ChannelHandlerContext) {
            try? context.pipeline.syncOperations.addHandler(TLSClientHandler(client: session), position: .first)
            context.fireChannelActive()
        }
    }

    /// Tells how the handshake ended.
    private final class Listener: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let events: AsyncStream<ProbeReport.TLSSession?>.Continuation
        init(_ events: AsyncStream<ProbeReport.TLSSession?>.Continuation) { self.events = events }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case .established(let session) = event as? TLSEvent { events.yield(session) }
            if case .failed = event as? TLSEvent { events.yield(nil) }
        }

        func channelInactive(context: ChannelHandlerContext) { events.finish() }
    }
}

extension ProbeWorld {
    fileprivate func probe(_ address: IPAddress, _ offer: CertificateOffer) async -> ProbeReport {
        await prober.probe(
            ProbeTarget(
                address: address, port: hosts.port, serverName: DomainName("mx.example.org")!, offer: offer))
    }
}
