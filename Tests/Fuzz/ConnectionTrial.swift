import DANE
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import Support

@testable import Policy
@testable import Records
@testable import Web

/// A connection to the page in memory: its decoder with its bounds, its clock, its checks, and pages that need neither
/// a daemon nor the DNS.
struct ConnectionTrial {
    /// The fields that an answer may have, in small letters.
    static let fields: Set<String> = Set(
        PageFields.guarding.map { $0.0.canonicalName }
            + [
                "content-type", "content-length", "cache-control", "date", "connection", "allow", "location",
                "www-authenticate", "vary", "transfer-encoding",
            ])

    private static let executor = InPlaceExecutor()
    private static let site = Result {
        var settings = Settings()
        settings.stateDirectory = "/nonexistent"
        let (access, book) = (try TestTokens.rules(), SettingsBook(settings))
        return WebSite(access, log: GateLog(settings), counts: PageCounts()) { router in
            for asset in Assets.all { router.get(RouterPath(asset.path)) { _, _ in Page.asset(asset) } }
            CodePages.add(to: router)
            TracePages(access: access, source: OwnTrace(reader: TraceReader(settings), settings: book)).add(to: router)
            // The form, and what is read of it.
            router.post("test") { request, _ in
                let home = TestPages.Home(asked: try await FormFields(body: request)["domain"] ?? "", fault: "A fault.")
                return Page.response(Page.html(Page.Frame(title: "Test a domain"), "home", home), .unprocessableContent)
            }
        }
    }

    /// The answers, each from its status line on.
    let answers: [String]

    /// Sends bytes, and answers what is whole of them.
    init(_ bytes: [UInt8]) throws {
        let site = try Self.site.get()
        let channel = EmbeddedChannel()
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = WebServer.decoder.maxHeaderFieldSize
        limits.maxHeaderListSize = WebServer.decoder.maxHeaderListSize
        limits.maxHeaderFieldCount = WebServer.decoder.maxHeaderFieldCount
        let pipeline = channel.pipeline.syncOperations
        try pipeline.configureHTTPServerPipeline(
            withPipeliningAssistance: false, withErrorHandling: false, withOutboundHeaderValidation: false,
            withEncoderConfiguration: .init(), withDecoderLimitConfiguration: limits)
        try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
        try pipeline.addHandler(RequestClock(WebConnections(4) { _ in true }, .init()))
        // What no decoder takes closes the connection.
        _ = try? channel.writeInbound(ByteBuffer(bytes: bytes))
        var answers: [String] = []
        while let request = try Self.next(channel) {
            let response = Self.executor.run { await site.respond(to: request, on: NoConnection.channel) }
            try require(response.status.code != 500, "\(request.head) is our own failure")
            let (parts, isWhole) = Self.executor.run { await Self.parts(of: response) }
            try require(isWhole, "an answer that does not end")
            for part in parts { try channel.writeOutbound(part) }
            var text: [UInt8] = []
            while let buffer = try channel.readOutbound(as: ByteBuffer.self) { text += buffer.readableBytesView }
            answers.append(text.text)
            guard channel.isActive || !parts.isEmpty, request.headers[.connection] != "close" else { break }
        }
        self.answers = answers
    }

    /// The next request that is whole; nil if there is none.
    private static func next(_ channel: EmbeddedChannel) throws -> Request? {
        guard case .head(let head) = try channel.readInbound(as: HTTPRequestPart.self) else { return nil }
        var body = ByteBuffer()
        while let part = try channel.readInbound(as: HTTPRequestPart.self) {
            switch part {
            case .head: throw Broken(description: "a head within a body")
            case .body(var buffer): body.writeBuffer(&buffer)
            case .end:
                let count = body.readableBytes
                try require(count <= RequestClock.Limits().bodyBytes, "a body of \(count) bytes")
                return Request(head: head, body: .init(buffer: body))
            }
        }
        return nil
    }

    private static func parts(of response: Response) async -> ([HTTPResponsePart], isWhole: Bool) {
        let writer = PartsWriter()
        do { try await response.body.write(writer) } catch { return ([], false) }
        var parts: [HTTPResponsePart] = [.head(response.head)]
        for buffer in writer.taken.buffers { parts.append(.body(buffer)) }
        return (parts + [.end(nil)], writer.taken.isOver)
    }
}

/// Takes the body of an answer.
private struct PartsWriter: ResponseBodyWriter {
    final class Taken: @unchecked Sendable {
        var buffers: [ByteBuffer] = []
        var isOver = false
    }
    let taken = Taken()

    func write(_ buffer: ByteBuffer) async throws { taken.buffers.append(buffer) }
    consuming func finish(_ trailingHeaders: HTTPFields?) async throws { taken.isOver = true }
}

/// The connection that a request comes from: an address on this machine.
private enum NoConnection {
    static let channel: any Channel = {
        let channel = EmbeddedChannel()
        channel.localAddress = try? SocketAddress(ipAddress: "127.0.0.1", port: 8896)
        channel.remoteAddress = try? SocketAddress(ipAddress: "127.0.0.1", port: 40_000)
        return channel
    }()
}
