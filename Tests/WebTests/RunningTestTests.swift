import Testing

@testable import Web

/// Who joins a test that is under way.
@Suite(.timeLimit(.minutes(2))) struct RunningTestTests {
    private static func begun() -> RunningTest {
        let test = RunningTest(InspectionID(), domain: "x.example")
        test.begin {
            // Until it is cancelled.
            try? await Task.sleep(for: .seconds(3600))
        }
        return test
    }

    /// Nobody waited for it, so it has no result: whoever asks for the domain then needs a test of their own.
    @Test func nobodyJoinsATestThatWasToldToEnd() async {
        let test = Self.begun()
        #expect(test.join())
        test.cancel()
        #expect(!test.join())
        for await _ in test.events() {}
        #expect(!test.join())
    }

    /// Whoever joins has as long to come as whoever began it.
    @Test func joiningBeginsThePatienceAgain() async throws {
        let test = Self.begun()
        let clock = ContinuousClock()
        let begun = clock.now
        var joined = begun
        // Joins for as long as it goes on without followers, up to one and a half times its patience.
        while clock.now - begun < RunningTest.patience * 3 / 2 {
            let now = clock.now
            guard test.join() else { break }
            joined = now
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(joined - begun > RunningTest.patience * 5 / 4, "it has ended although somebody has joined")
        test.cancel()
    }
}
