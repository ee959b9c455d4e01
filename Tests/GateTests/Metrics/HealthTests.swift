import Testing

@testable import Gate
@testable import Verdicts

/// What a supervisor and a balancer of load are told.
@Suite(.timeLimit(.minutes(1))) struct HealthTests {
    @Test func whoDoesNothingInTimeIsNotAlive() async {
        let good = await Health.live(within: .seconds(30)) {}
        #expect(good.isGood && good.status == 200 && good.text == "ok")
        let stuck = await Health.live(within: .milliseconds(50)) { try? await Task.sleep(for: .seconds(600)) }
        #expect(!stuck.isGood && stuck.status == 503 && stuck.text.contains("have done nothing"))
    }

    @Test func mailIsWantedWhileTheDaemonServesAndIsWell() {
        let state = ServingState()
        #expect(Health.ready(state.stage, trouble: nil).text == "the daemon starts")
        state.begin()
        #expect(Health.ready(state.stage, trouble: nil).isGood)
        for cause in LocalTrouble.Cause.allCases {
            let health = Health.ready(state.stage, trouble: LocalTrouble(cause, "mx.example is bogus"))
            // A cause is from a fixed set; a sentence may name somebody.
            #expect(health.status == 503 && health.text.contains(cause.rawValue) && !health.text.contains("example"))
        }
        state.end()
        #expect(Health.ready(state.stage, trouble: nil).text == "the daemon stops")
    }
}
