import CUnbound
import Glibc

/// One context of libunbound and the destinations asked for through it. Used by one thread.
final class LookupRun {
    /// A destination on its way through the questions.
    final class Walk {
        let run: LookupRun
        /// The one for MX, those for addresses, the one for TLSA.
        var open = 0
        var isSecure = true

        init(_ run: LookupRun) { self.run = run }
    }

    private let context: OpaquePointer
    private let port: Int
    private let width: Int
    private var names: [String]
    private var next = 0
    private var walking = 0
    /// Destinations all of whose answers were secure.
    private(set) var secure = 0
    /// The questions asked.
    private(set) var questions = 0

    /// A context with the options of `ContextOptions` (Sources/DNSSEC), which to follow.
    init(hints: String, anchor: String, port: Int, width: Int, names: [String]) throws {
        guard let context = ub_ctx_create() else { throw LookupError(text: "no context") }
        self.context = context
        self.port = port
        self.width = max(1, width)
        self.names = names
        let options = [
            ("infra-keep-probing", "yes"), ("infra-host-ttl", "120"), ("cache-max-negative-ttl", "900"),
            ("root-key-sentinel", "no"), ("trust-anchor-signaling", "no"), ("target-fetch-policy", "0 0 0 0 0"),
            ("qname-minimisation", "no"), ("aggressive-nsec", "no"), ("outgoing-range", "4096"),
            ("outgoing-num-tcp", "64"), ("msg-cache-size", "32m"), ("rrset-cache-size", "64m"),
            ("key-cache-size", "16m"), ("neg-cache-size", "4m"), ("root-hints", hints),
            ("do-not-query-localhost", "no"),
        ]
        for (name, value) in options {
            guard ub_ctx_set_option(context, "\(name):", value) == 0 else { throw LookupError(text: name) }
        }
        guard ub_ctx_add_ta_file(context, anchor) == 0, ub_ctx_async(context, 1) == 0 else {
            throw LookupError(text: "trust anchor")
        }
    }

    /// Where there is something to process.
    var descriptor: Int32 { ub_fd(context) }

    /// Whether every destination has all its answers.
    var isDone: Bool { walking == 0 && next == names.count }

    /// Asks for the first destinations.
    func start() { while walking < width, next < names.count { begin() } }

    /// Takes what was answered.
    func process() { ub_process(context) }

    private func begin() {
        let walk = Walk(self)
        walking += 1
        let name = names[next]
        next += 1
        ask(name, 15, walk)
    }

    private func ask(_ name: String, _ type: Int32, _ walk: Walk) {
        walk.open += 1
        questions += 1
        let data = Unmanaged.passRetained(walk).toOpaque()
        var id: Int32 = 0
        guard ub_resolve_async(context, name, type, 1, data, onAnswer, &id) == 0 else {
            Unmanaged<Walk>.fromOpaque(data).release()
            walk.isSecure = false
            ended(walk)
            return
        }
    }

    fileprivate func answered(_ walk: Walk, _ result: ub_result?) {
        // The denial of AAAA is an answer too.
        if result == nil || result?.secure != 1 { walk.isSecure = false }
        if let result, result.qtype == 15, result.havedata != 0, let data = result.data?[0], let length = result.len?[0]
        {
            let host = Self.name(UnsafeRawBufferPointer(start: data, count: Int(length)).dropFirst(2))
            ask(host, 1, walk)
            ask(host, 28, walk)
            ask("_\(port)._tcp.\(host)", 52, walk)
        }
        ended(walk)
    }

    private func ended(_ walk: Walk) {
        walk.open -= 1
        guard walk.open == 0 else { return }
        walking -= 1
        if walk.isSecure { secure += 1 }
        if next < names.count { begin() }
    }

    /// A name out of RDATA, which libunbound hands over uncompressed.
    private static func name(_ wire: Slice<UnsafeRawBufferPointer>) -> String {
        var rest = wire
        var labels: [String] = []
        while let length = rest.popFirst(), length > 0, rest.count >= Int(length) {
            labels.append(String(decoding: rest.prefix(Int(length)), as: UTF8.self))
            rest = rest.dropFirst(Int(length))
        }
        return labels.joined(separator: ".")
    }
}

/// Why libunbound could not be set up.
struct LookupError: Error {
    let text: String
}

private func onAnswer(_ data: UnsafeMutableRawPointer?, _ code: Int32, _ result: UnsafeMutablePointer<ub_result>?) {
    defer { ub_resolve_free(result) }
    guard let data else { return }
    let walk = Unmanaged<LookupRun.Walk>.fromOpaque(data).takeRetainedValue()
    walk.run.answered(walk, code == 0 ? result?.pointee : nil)
}
