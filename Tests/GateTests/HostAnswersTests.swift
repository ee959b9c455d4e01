import DANE
import DNSSEC
import Probe
import Synchronization
import Testing

@testable import Inspection

/// What is kept of hosts, for how long, and what makes it give way.
@Suite(.timeLimit(.minutes(1))) struct HostAnswersTests {
    /// Lookups that answer when they are told to.
    private final class Slow: Sendable {
        let asked = Atomic(0)
        private let waiting = Mutex<[CheckedContinuation<Answer<IPAddress>, Never>]>([])

        var cache: AnswerCache<IPAddress> { cache(count: 1000, bytes: 1 << 20) }

        func cache(count: Int, bytes: Int) -> AnswerCache<IPAddress> {
            AnswerCache(countLimit: count, byteLimit: bytes, size: { _ in 100 }) { [self] _ in
                await withCheckedContinuation { continuation in
                    waiting.withLock { $0.append(continuation) }
                    asked.add(1, ordering: .sequentiallyConsistent)
                }
            }
        }

        func isAsked(times: Int = 1) async {
            while asked.load(ordering: .sequentiallyConsistent) < times { await Task.yield() }
        }

        func answer(_ answer: Answer<IPAddress>) {
            waiting.withLock { $0.isEmpty ? nil : $0.removeFirst() }?.resume(returning: answer)
        }
    }

    private static let destination = Destination(.domain("d.example"), port: 25)
    private static let other = Destination(.domain("e.example"), port: 25)

    /// Two domains of one host.
    private func domains(_ tlsa: TLSARecord, fresh: FakeResolver? = nil) -> FakeResolver {
        FakeResolver(
            mx: [
                "d.example": .secured(MXRecord(10, "mx.example")), "e.example": .secured(MXRecord(10, "mx.example")),
            ],
            a: ["mx.example": .secured("192.0.2.1")], aaaa: ["mx.example": .absent],
            tlsa: ["_25._tcp.mx.example": .secured(tlsa)], fresh: fresh)
    }

    @Test func aSecondDomainOfAHostCostsOneLookup() async {
        let resolver = domains(.ecdsa)
        let inspector = Inspector(
            resolver: HostAnswers(resolver), prober: nil, expiredEE: .ignore, isComplete: false,
            now: { 1_800_000_000 })
        #expect(await inspector.inspect(Self.destination).verdict.outcome == .unprobed)
        #expect(Set(resolver.questions.dropFirst()) == ["A mx.example", "AAAA mx.example", "TLSA _25._tcp.mx.example"])
        #expect(await inspector.inspect(Self.other).verdict.outcome == .unprobed)
        #expect(resolver.questions.count == 5 && resolver.questions.last == "MX e.example")
    }

    /// The records were changed; the one domain's second look finds that out for the other.
    @Test func aSecondLookRenewsWhatIsKept() async {
        let resolver = domains(.rsa, fresh: domains(.ecdsa))
        let inspector = Inspector(
            resolver: HostAnswers(resolver), prober: FakeBackends(.ecdsa), expiredEE: .ignore, isComplete: false,
            now: { 1_800_000_000 })
        let look = SecondLook(inspector, uncached: FakeBackends(.ecdsa))
        let first = await look.inspect(Self.destination)
        #expect(first.verdict.outcome == .verified && first.steps.contains { $0.kind == .again })
        let second = await look.inspect(Self.other)
        #expect(second.verdict.outcome == .verified && !second.steps.contains { $0.kind == .again })
        #expect(resolver.questions.count { $0.hasPrefix("TLSA") } == 1)
        #expect(resolver.fresh?.questions.count { $0.hasPrefix("TLSA") } == 1)
    }

    @Test(
        arguments: [
            (.secured("192.0.2.1"), true), (.unsigned("192.0.2.1"), true), (.absent, true), (.unsignedAbsent, true),
            (.bogus("why"), false), (.failed("why"), false), (.secure(Found(records: [], ttl: .zero)), false),
            (.secure(Found(records: ["192.0.2.1"], ttl: .milliseconds(900))), false),
        ] as [(Answer<IPAddress>, Bool)])
    func onlyWhatIsProvenIsKept(_ answer: Answer<IPAddress>, _ isKept: Bool) async {
        let resolver = FakeResolver(a: ["mx.example": answer])
        let answers = HostAnswers(resolver)
        for _ in 0..<2 {
            let given = await answers.ipv4("mx.example")
            #expect(given.found?.found.records == answer.found?.found.records)
            #expect(given.found?.isSecure == answer.found?.isSecure)
            #expect(given.found?.found.existence == answer.found?.found.existence)
        }
        #expect(resolver.questions.count == (isKept ? 1 : 2))
    }

    /// What is handed out has the time that is left, in whole seconds.
    @Test func answersAge() async {
        let resolver = FakeResolver(
            a: ["mx.example": .secured("192.0.2.1", alias: "x.example")],
            aaaa: ["mx.example": .secure(Found(records: ["2001:db8::1"], ttl: .seconds(1)))])
        let answers = HostAnswers(resolver)
        #expect(await answers.ipv4("mx.example").found?.found.ttl == .seconds(3600))
        let kept = await answers.ipv4("mx.example").found?.found
        #expect(kept?.canonicalName == "x.example")
        #expect(kept.map { $0.ttl < .seconds(3600) && $0.ttl.components.attoseconds == 0 } == true)
        // A second that has begun is not a whole one.
        _ = await answers.ipv6("mx.example")
        _ = await answers.ipv6("mx.example")
        #expect(resolver.questions == ["A mx.example", "AAAA mx.example", "AAAA mx.example"])
    }

    @Test func whoAsksMeanwhileWaitsForTheSame() async {
        let slow = Slow()
        let cache = slow.cache
        let results = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<50 { group.addTask { await cache.answer("mx.example").found?.isSecure == true } }
            await slow.isAsked()
            slow.answer(.secured("192.0.2.1"))
            return await group.reduce(into: [Bool: Int]()) { $0[$1, default: 0] += 1 }
        }
        #expect(results == [true: 50])
        #expect(slow.asked.load(ordering: .relaxed) == 1)
    }

    @Test func aCancelledCallerLeavesTheOthersAlone() async {
        let slow = Slow()
        let cache = slow.cache
        let first = Task { await cache.answer("mx.example") }
        await slow.isAsked()
        let second = Task { await cache.answer("mx.example") }
        first.cancel()
        guard case .failed(.cancelled) = await first.value else {
            Issue.record("the cancelled caller did not return")
            return
        }
        let early = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await cache.answer("mx.example")
        }
        guard case .failed(.cancelled) = await early.value else {
            Issue.record("who was cancelled before did not return")
            return
        }
        slow.answer(.secured("192.0.2.1"))
        #expect(await second.value.found?.isSecure == true)
        #expect(slow.asked.load(ordering: .relaxed) == 1)
    }

    /// A lookup that began before the second look brings what the cache had.
    @Test func anEarlierLookupDoesNotUndoARenewal() async {
        let slow = Slow()
        let cache = slow.cache
        let earlier = Task { await cache.answer("mx.example") }
        await slow.isAsked()
        cache.renew("mx.example", .secured("192.0.2.2"))
        slow.answer(.secured("192.0.2.1"))
        #expect(await earlier.value.found?.found.records == ["192.0.2.1"])
        #expect(await cache.answer("mx.example").found?.found.records == ["192.0.2.2"])
        // What proves nothing renews nothing.
        cache.renew("mx.example", .bogus("why"))
        cache.renew("mx.example", .failed("why"))
        #expect(await cache.answer("mx.example").found?.found.records == ["192.0.2.2"])
    }

    @Test(arguments: [(100, 1 << 20), (1_000_000, 30_000)])
    func theCacheIsBoundedAndKeepsWhatIsUsed(count: Int, bytes: Int) async {
        let cache = Slow().cache(count: count, bytes: bytes)
        cache.renew("used.example", .secured("192.0.2.1"))
        for number in 0..<1000 {
            cache.renew(DomainName("host\(number).example")!, .secured("192.0.2.9"))
            #expect(await cache.answer("used.example").found != nil)
            #expect(cache.count <= 101)
        }
        // One that is too large is not kept.
        let large = Answer.secure(Found(records: Array(repeating: IPAddress.v4(1), count: 4096), ttl: .seconds(60)))
        cache.renew("large.example", large)
        #expect(cache.count <= 101)
        #expect(await cache.answer("used.example").found != nil)
    }
}
