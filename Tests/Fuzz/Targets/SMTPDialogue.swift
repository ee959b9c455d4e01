import DANE
import NIOCore
import NIOEmbedded
import Synchronization

@testable import Probe

extension FuzzTarget {
    /// Runs the whole handler of a connection, TLS included, against a host that sends these bytes. The first byte is
    /// the number of bytes that come at once.
    static let smtpDialogue = FuzzTarget("smtp-dialogue") { bytes in
        var source = ByteSource(bytes)
        let size = max(1, Int(source.byte()))
        let loop = EmbeddedEventLoop()
        let channel = EmbeddedChannel(loop: loop)
        let report = loop.makePromise(of: ProbeReport.self)
        guard let name = DomainName("mx.example.com") else { return }
        let target = ProbeTarget(address: .v4(0xC000_0201), port: 25, serverName: name)
        let dialogue = ProbeDialogue(
            target: target, configuration: ProbeConfiguration(helo: "probe.test"), loop: loop, report: report,
            released: {})
        try channel.pipeline.syncOperations.addHandler(dialogue)
        channel.pipeline.fireChannelActive()
        let reports = Reports()
        report.futureResult.whenSuccess { report in reports.all.withLock { $0.append(report) } }
        var said: [UInt8] = []
        while !source.isEmpty {
            channel.pipeline.fireChannelRead(ByteBuffer(bytes: source.take(size)))
            channel.pipeline.fireChannelReadComplete()
            while let sent = try channel.readOutbound(as: ByteBuffer.self) { said += Array(sent.readableBytesView) }
        }
        channel.pipeline.fireChannelInactive()
        loop.run()
        // The goodbye is not waited for longer than this.
        loop.advanceTime(by: .seconds(2))
        _ = try? channel.finish(acceptAlreadyClosed: true)

        let seen = reports.all.withLock { $0 }
        try require(seen.count == 1, "\(seen.count) reports of one dialogue")
        try check(seen[0])
        // In clear there are three lines to say, and nothing that names anybody.
        let begin = Array("EHLO probe.test\r\n".utf8)
        try require(
            said.starts(with: begin) || said.isEmpty || said == Array("QUIT\r\n".utf8),
            "said out of turn: \(said.text.debugDescription)")
    }

    private static func check(_ seen: ProbeReport) throws {
        try require(seen.replies.count <= 100, "\(seen.replies.count) replies kept")
        for reply in seen.replies { try requireLine(reply, atMost: Printable.limit, "a reply kept") }
        if let banner = seen.banner { try requireLine(banner, atMost: Printable.limit, "the banner") }
        switch seen.end {
        // A certificate that GnuTLS does not read is all that it takes where RSA key exchange proves nothing.
        case .secured(let session):
            try require(session.unread?.isProven == false, "a TLS session with a host that has no key")
        case .startTLSNotOffered(let why), .startTLSRefused(let why), .unreachable(_, let why),
            .notProbed(let why), .crowded(let why), .withheld(let why, _):
            try requireLine(why, atMost: 400, "the end")
        case .tlsFailed(let why): try requireLine(why.description, atMost: 400, "the end")
        case .foreign: try require(false, "a dialogue that another host has had")
        }
    }
}

/// The reports of one dialogue.
private final class Reports: Sendable {
    let all = Mutex<[ProbeReport]>([])
}
