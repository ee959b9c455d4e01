import Foundation
import Testing
import World

/// How much `danegate page` has hosts asked, and for how long it shows what they said.
@Suite(.timeLimit(.minutes(5))) struct HostsPageLimitTests {
    /// Three pages at once ask hosts. Whoever wants a fourth is told to come again, and hosts hear nothing of it.
    @Test func soManyPagesAtOnceAskHosts() async throws {
        let site = try await HostsSite("verified")
        let page = try await site.page("hangs", ["--within", "10m"])
        let first = (0..<3).map { number in
            Task { try await HostsPageTests.get(page, "/trace?word=a\(number).example") }
        }
        #expect(try await eventually(within: .seconds(60)) { site.calls == 3 && site.hanging.count == 3 })
        for path in ["/trace?word=a3.example", "/trace", "/overview", "/trace/hangs/00000000000000000000000000"] {
            let answer = try await HostsPageTests.get(page, path)
            #expect(answer.status == 503 && answer.fields["retry-after"] == "5", "\(path): \(answer.status)")
            #expect(answer.body.contains("The hosts are being asked for other pages."), "\(answer.body)")
        }
        // Pages that ask nobody are there.
        #expect(try await HostsPageTests.get(page, "/codes?word=tlsa-invalid").status == 200)
        // Whoever wants one of the three gets it with the others.
        let same = Task { try await HostsPageTests.get(page, "/trace?word=a1.example") }
        // A refusal is not kept, and what was not asked then is asked once there is room.
        let hanging = site.hanging
        for pid in hanging { kill(pid, SIGTERM) }
        for task in first + [same] {
            let answer = try await task.value
            #expect(answer.status == 200 && answer.body.contains("hangs: the command "), "\(answer.body)")
        }
        #expect(site.calls == 3)
        let later = Task { try await HostsPageTests.get(page, "/trace?word=a3.example") }
        #expect(try await eventually(within: .seconds(60)) { site.hanging.count == 4 })
        for pid in site.hanging where !hanging.contains(pid) { kill(pid, SIGTERM) }
        #expect(try await later.value.status == 200)
        #expect(site.calls == 4)
        #expect(await page.process.stop() == 0)
        await site.stop()
    }

    /// What hosts said is shown for five seconds, and no longer: they are asked again. This test needs the time itself.
    @Test func whatHostsSaidGetsOld() async throws {
        let site = try await HostsSite("tlsa-invalid")
        let page = try await site.page("mta01")
        let start = ContinuousClock.now
        let empty = try await HostsPageTests.get(page, "/trace")
        #expect(empty.status == 200 && HostsPageTests.cells("MTA", empty.body).isEmpty && site.calls == 1)
        #expect(try await site.gates[0].answer("<first@tlsa-invalid.example>") != .continue)
        var latest = empty
        #expect(
            try await eventually(within: .seconds(60)) {
                latest = try await HostsPageTests.get(page, "/trace")
                return site.calls > 1
            })
        #expect(ContinuousClock.now - start >= .seconds(5))
        #expect(HostsPageTests.cells("MTA", latest.body) == ["mta01"], "\(latest.body)")
        // Another address is another page, and is asked at once.
        let calls = site.calls
        #expect(try await HostsPageTests.get(page, "/trace?word=first%40tlsa-invalid.example").status == 200)
        #expect(site.calls == calls + 1)
        #expect(await page.process.stop() == 0)
        await site.stop()
    }

    /// The oldest of sixteen pages gives way to another one.
    @Test func soManyPagesAreKept() async throws {
        let site = try await HostsSite("verified")
        let page = try await site.page("empty")
        // Each is made by a program that ends at once, so all of them are younger than five seconds, unless the machine
        // is slow: then the count of calls says nothing, and they are made anew.
        var isSeen = false
        for round in 0..<30 where !isSeen {
            let before = site.calls
            let start = ContinuousClock.now
            for number in 0..<17 { _ = try await HostsPageTests.get(page, "/trace?word=b\(number).r\(round).example") }
            let made = site.calls - before
            _ = try await HostsPageTests.get(page, "/trace?word=b16.r\(round).example")
            let again = site.calls - before
            _ = try await HostsPageTests.get(page, "/trace?word=b0.r\(round).example")
            let calls = site.calls - before
            isSeen = ContinuousClock.now - start < .seconds(5)
            if isSeen { #expect(made == 17 && again == 17 && calls == 18) }
        }
        #expect(isSeen)
        #expect(await page.process.stop() == 0)
        await site.stop()
    }
}
