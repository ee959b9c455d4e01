import DANE
import Foundation
import Store

/// What a host writes into the store: a line of JSON, and behind it the 16 bytes of the seal.
struct SharedRecord: Codable, Sendable, Hashable {
    /// The form of what is written.
    static let form = 1
    /// The most bytes that are read.
    static let maximumSize = 4096
    /// The most bytes of the writer's name.
    static let maximumWriter = 64

    /// The form.
    var s = form
    /// The writer's name.
    let w: String
    /// When it was found or first seen, in milliseconds since 1970 by the store's clock.
    let t: Int64
    /// The writer's settings that decide what is true, as a digest.
    let c: String
    /// Of a verdict: the outcome.
    var o: String?
    /// Of a verdict: the host that decided.
    var h: String?
    /// Of a verdict: the cause.
    var r: String?
    /// Of a verdict: whether it is degraded.
    var g: Bool?
    /// Of a verdict: hazards.
    var z: [String]?
    /// Of a verdict: the host that has made the connection it rests on, if that is another one.
    var q: String?
    /// Of a verdict, and of a finding: for how many seconds it is valid.
    var f: Int64?
    /// Of a verdict: for how many seconds more it may be used.
    var e: Int64?
    /// Of an exemption: its number, by which the later of two is known, in milliseconds since 1970.
    var a: Int64?
    /// Of an exemption, whose reason is `r`, and of a finding: when it ends, in seconds since 1970.
    var u: Int64?
    /// Of an exemption: whether it stays although the domain is in order.
    var k: Bool?
    /// Of an exemption: who made it, and on which host.
    var b: String?
    /// Of an exemption that was removed: when, in seconds since 1970.
    var x: Int64?
    /// Of an exemption that was removed: by whom, and on which host.
    var y: String?

    /// Of a finding: the TLSA record that authenticates the server, in presentation form.
    var m: String?
    /// Of a finding: the version of TLS.
    var p: String?

    /// Why something that was read is not used.
    enum Fault: Error, Hashable { case form, mac, time }

    /// The bytes to write under a name; nil if they are too many.
    func sealed(_ seal: StoreSeal, at name: String) -> [UInt8]? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        guard let data = try? encoder.encode(self) else { return nil }
        let body = Array(data)
        let code = seal.code(of: body, at: Array(name.utf8))
        guard code.count == StoreSeal.size, body.count + code.count <= Self.maximumSize else { return nil }
        return body + code
    }

    /// Reads what stands under a name. Nothing of it is looked at before the seal.
    init(_ bytes: [UInt8], _ seal: StoreSeal, at name: String) throws(Fault) {
        guard bytes.count <= Self.maximumSize, bytes.count > StoreSeal.size else { throw .form }
        let body = bytes.dropLast(StoreSeal.size)
        guard seal.accepts(bytes.suffix(StoreSeal.size), of: body, at: Array(name.utf8)) else { throw .mac }
        guard let record = try? JSONDecoder().decode(Self.self, from: Data(body)), record.isSound else { throw .form }
        self = record
    }

    /// A first sighting.
    init(writer: String, at time: Int64, settings: String) {
        (w, t, c) = (writer, time, settings)
    }

    /// A verdict; nil if there is no room for its texts.
    init?(
        _ verdict: Verdict, fresh: Duration, stale: Duration, finder: String? = nil, writer: String, at time: Int64,
        settings: String
    ) {
        self.init(writer: writer, at: time, settings: settings)
        q = finder
        o = verdict.outcome.rawValue
        h = verdict.host
        r = verdict.cause
        g = verdict.isDegraded ? true : nil
        z = verdict.hazards.isEmpty ? nil : verdict.hazards
        f = fresh.components.seconds
        e = stale > .zero ? stale.components.seconds : nil
        guard isSound else { return nil }
    }

    /// Whether its numbers are such that reckoning with them cannot overflow, and its texts such as a verdict has.
    private var isSound: Bool {
        let latest: Int64 = 1 << 52
        let longest: Int64 = 366 * 86_400
        let texts = [w, q ?? "", h ?? "", r ?? "", b ?? "", y ?? "", m ?? "", p ?? ""] + (z ?? [])
        return s == Self.form && [t, a ?? 0, u ?? 0, x ?? 0].allSatisfy((0...latest).contains)
            && [f ?? 0, e ?? 0].allSatisfy((0...longest).contains)
            && [w, q ?? w].allSatisfy { (1...Self.maximumWriter).contains($0.utf8.count) }
            && texts.allSatisfy { text in text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F } }
    }

    /// The verdict, as one that the host of this number has found; nil if it is none that hosts tell each other.
    func verdict(source: UInt16) -> Verdict? {
        guard let o, let outcome = Outcome(rawValue: o), Self.isTold(outcome), let r, f != nil else { return nil }
        var verdict = Verdict(outcome: outcome, host: h, cause: r, isDegraded: g ?? false, hazards: z ?? [])
        verdict.source = source
        return verdict
    }

    /// Whether hosts tell each other of an outcome: of what is proven, and not of what one of them could not find out.
    static func isTold(_ outcome: Outcome) -> Bool {
        !outcome.isDoubt && outcome != .unprobed && outcome != .daneRequired
    }
}
