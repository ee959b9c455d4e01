import DANE
import Foundation
import Synchronization
import Testing

@testable import Gate
@testable import Inspection
@testable import Policy
@testable import Records
@testable import Verdicts

/// What is looked at of an exempt domain, and what that comes to.
@Suite(.timeLimit(.minutes(1))) struct ExemptionWatchTests {
    private static func inspection(_ outcome: Outcome, _ destination: Destination) -> Inspection {
        Inspection(
            destination: destination, verdict: Verdict(outcome: outcome, cause: ""), mxSecurity: .secure, hosts: [],
            steps: [], lifetime: .zero, elapsed: .zero)
    }

    /// A relay in brackets, with a port of its own, is not in order because nothing is amiss with its name as a domain.
    @Test(arguments: [
        (Outcome.tlsaInvalid, [ExemptionSighting.Kind.failing, .failing]), (.unreachable, [.doubtful, .doubtful]),
        (.verified, [.clean, .clean]),
    ])
    func whatElseFailsOfItsNameIsLookedAtToo(outcome: Outcome, kinds: [ExemptionSighting.Kind]) async throws {
        var settings = Settings()
        (settings.log, settings.logLevel) = (.stderr, .error)
        settings.exemptLiftAfter = .seconds(1)
        let log = GateLog(settings)
        defer { log.close() }
        let breaker = Breaker(settings, log: log)
        var trouble = TroubleWatch(breaker, .init(ResolverTests(FakeResolver())) { _ in nil })
        await trouble.turn(at: .now)
        let keeper = VerdictKeeper(settings)
        let relay = Destination(.host("relay.example"), port: 587)
        keeper.keep(Self.inspection(.tlsaInvalid, relay))
        keeper.keep(Self.inspection(.tlsaInvalid, Destination(.host("other.example"), port: 587)))
        let book = ExemptionBook()
        book.replace([
            Exemption(DomainPattern("relay.example"), until: .max, reason: "why", by: "me", added: 1)
        ])
        let seen = Mutex<(kinds: [ExemptionSighting.Kind], destinations: Set<Destination>)>(([], []))
        let watch = ExemptionWatch(
            SettingsBook(settings), book: book, policies: try PolicyBook(path: nil), breaker: breaker, verdicts: keeper
        ) { destination, _ in
            seen.withLock { _ = $0.destinations.insert(destination) }
            return Self.inspection(destination == relay ? outcome : .opportunistic, destination)
        } report: { sighting in
            seen.withLock { $0.kinds.append(sighting.kind) }
        }
        let run = Task { await watch.run() }
        defer { run.cancel() }
        // Also the second time, when what was in order is no fault in the book any more.
        while seen.withLock({ $0.kinds.count < 2 }) { try await Task.sleep(for: .milliseconds(10)) }
        let (found, destinations) = seen.withLock { ($0.kinds, $0.destinations) }
        #expect(found.prefix(2) == kinds[...])
        #expect(destinations == [relay, Destination(.domain("relay.example"), port: 25)])
    }
}
