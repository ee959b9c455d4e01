import Foundation
import Synchronization
import Testing
import World

/// Whatever clients of the query socket and the TLS policy socket do, others have their answers, and nothing is left
/// behind.
@Suite(.timeLimit(.minutes(5))) struct DoorSiegeTests {
    private static let attributes = "request=smtpd_access_policy\nprotocol_state=RCPT\nrecipient=u@verified.example\n\n"
    private static let lookup = "25:danegate verified.example,"

    /// What no client should send.
    static let odd: [[UInt8]] =
        [
            "", "\n", "\r\n", "\0", "check", "check verified.example", "check verified.example client=",
            "check \0@verified.example\n", "check user@verified.example\nGET / HTTP/1.1\r\nHost: x\r\n\r\n",
            "check [verified.example\n", "check " + String(repeating: "[", count: 500) + "\n",
            "check " + String(repeating: "a.", count: 250) + "\n",
            "check a from=" + String(repeating: "+00", count: 160) + "\n",
            "check u@verified.example auth=x+0Aruling%3Daccept+0Aevent=forged from=+0Aevent=forged@x\n",
            "check u+0A@verified.example\n", String(repeating: "x", count: 100_000),
            String(repeating: "\n", count: 100_000),
            String(repeating: "a=\n", count: 100_000), "request=smtpd_access_policy\nrecipient=",
            "request=smtpd_access_policy\nstress=" + String(repeating: "x", count: 100_000) + "\n\n",
            "request=smtpd_access_policy\nrecipient=" + String(repeating: "x", count: 60_000) + "@verified.example\n\n",
            "request=smtpd_access_policy\nrecipient=u@verified.example\nsasl_username=x\0\u{1B}[2Jy\n"
                + "queue_id=\u{7}\n\n",
            attributes + "check verified.example\n", attributes + attributes + "request=",
            "1000000000000000000:danegate verified.example,", "18446744073709551616:x,", "-5:hello,", "5", "5:",
            "5:hel",
            "24:danegate verified.example,", "26:danegate verified.example,", lookup + "5:danegate",
            "0:,0:,0:,", "9:danegate ,", "2048:" + String(repeating: "x", count: 2048) + ",",
            String(repeating: "9", count: 100_000), "2047:" + String(repeating: "x", count: 100_000),
            "16:danegate \0.example,", "14:danegate ....,",
        ].map { Array($0.utf8) } + [Array(0...255), [0x80, 0xFF, 0xFE, 10], [UInt8](repeating: 0, count: 100_000)]

    /// How a client ends.
    enum Ending: CaseIterable {
        /// It closes its side and listens to the end.
        case halfClosing
        /// It closes without listening.
        case leaving
        /// It sends half of it, and closes without listening.
        case leavingInTheMiddle
    }

    @Test func whateverIsSentTheNextHasItsAnswer() async throws {
        let world = try await MailWorld([MailDomains.named("verified")])
        let site = try await DoorSite(world)
        #expect(try await site.ask("verified.example") == "accept\n")
        #expect(try await site.level("verified.example") == "OK dane-only")
        let before = try site.usage
        for socket in [site.query, site.map] {
            for ending in Ending.allCases {
                try await onOwnThread {
                    for bytes in Self.odd {
                        let client = try DoorClient(socket, timeout: .seconds(30))
                        let isHalf = ending == .leavingInTheMiddle
                        // The door may have closed before all is sent.
                        _ = try? client.send(isHalf ? Array(bytes.prefix(bytes.count / 2)) : bytes)
                        guard ending == .halfClosing else { continue }
                        client.halfClose()
                        let said = try client.rest()
                        let shown = String(decoding: bytes.prefix(60), as: UTF8.self).debugDescription
                        #expect(said.unicodeScalars.allSatisfy { $0 == "\n" || 0x20...0x7E ~= $0.value }, "\(shown)")
                        guard socket == site.query, !bytes.starts(with: "request=".utf8) else { continue }
                        #expect(
                            !said.isEmpty && said.split(separator: "\n").allSatisfy { $0.utf8.count < 512 }, "\(shown)")
                    }
                }
                #expect(try await site.ask("verified.example") == "accept\n", "\(socket), \(ending)")
                #expect(try await site.level("verified.example") == "OK dane-only", "\(socket), \(ending)")
            }
        }
        try await site.expectBack(to: before)
        let lines = site.gate.daemon.output.split(separator: "\n").map(\.withoutTime)
        let strange = lines.filter {
            !$0.hasPrefix("ruling=") && !$0.hasPrefix("event=") || $0.hasPrefix("event=forged")
        }
        #expect(strange.isEmpty, "\(strange)")
        #expect(await site.gate.daemon.stop() == 0)
        await world.stop()
    }

    /// Thousands of questions from clients that read no answer stay in these clients' buffers.
    @Test func whoNeverReadsTakesNoMemory() async throws {
        let world = try await MailWorld([MailDomains.named("verified")])
        let site = try await DoorSite(world)
        #expect(try await site.ask("verified.example") == "accept\n")
        #expect(try await site.level("verified.example") == "OK dane-only")
        let before = try site.usage
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<40 {
                let (socket, request) = number % 2 == 0 ? (site.query, Self.attributes) : (site.map, Self.lookup)
                group.addTask {
                    try await onOwnThread {
                        let client = try DoorClient(socket, timeout: .seconds(1))
                        let piece = Array(String(repeating: request, count: 100).utf8)
                        // 10 000 questions and more are sent, or, as it must be, no more are taken.
                        let isFull = (0..<10_000).contains { _ in (try? client.send(piece)) != true }
                        if number % 4 < 2 { client.halfClose() }
                        return isFull
                    }
                }
            }
            while let isFull = try await group.next() { #expect(isFull) }
        }
        let after = try site.usage
        #expect(after.residentKB < before.residentKB + 48_000, "\(after), before \(before)")
        #expect(try await site.ask("verified.example") == "accept\n")
        #expect(try await site.level("verified.example") == "OK dane-only")
        try await site.expectBack(to: before)
        #expect(await site.gate.daemon.stop() == 0)
        await world.stop()
    }

    /// Whether the flood is to end.
    private final class Course: Sendable {
        let isOver = Atomic<Bool>(false)
        /// Connections tried, and those that came to be.
        let tries = Atomic<Int>(0)
        let connects = Atomic<Int>(0)
    }

    /// 10 000 connections, most of which say nothing or half of something, beside one that waits for its answer and
    /// others that ask and have theirs at once.
    @Test func tenThousandConnectsTakeNoAnswer() async throws {
        let world = try await MailWorld(["verified", "stalling-at-starttls"].map(MailDomains.named))
        let site = try await DoorSite(world, ["MILTER_DEADLINE": "5s"])
        #expect(try await site.ask("verified.example") == "accept\n")
        #expect(try await site.level("verified.example") == "OK dane-only")
        let before = try site.usage
        let course = Course()
        async let pending = site.ask("stalling-at-starttls.example")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<2 {
                let socket = worker == 0 ? site.query : site.map
                let halves = worker == 0 ? ["check verif", "request=smtpd"] : ["25:danega", "2"]
                group.addTask {
                    try await onOwnThread {
                        var held: [DoorClient] = []
                        for number in 0..<5000 {
                            course.tries.add(1, ordering: .relaxed)
                            guard let client = try? DoorClient(socket) else { continue }
                            course.connects.add(1, ordering: .relaxed)
                            if number % 4 < 2 { _ = try? client.send(halves[number % 4]) }
                            if number % 16 == 15 { client.halfClose() }
                            held.append(client)
                            if held.count > 300 { held.removeFirst(number % 3 == 0 ? 200 : 1) }
                        }
                        // Those that stay send a byte now and then.
                        while !course.isOver.load(ordering: .relaxed) {
                            for client in held { _ = try? client.send("x") }
                            usleep(10_000)
                        }
                    }
                }
            }
            group.addTask {
                defer { course.isOver.store(true, ordering: .relaxed) }
                var asked = 0
                while course.tries.load(ordering: .relaxed) < 10_000 || asked < 100 {
                    let (answer, level) = (
                        try await site.ask("verified.example"), try await site.level("verified.example")
                    )
                    #expect(answer == "accept\n" && level == "OK dane-only", "\(answer), \(level ?? "closed")")
                    asked += 1
                }
            }
            try await group.waitForAll()
        }
        #expect(course.connects.load(ordering: .relaxed) >= 9500)
        let answer = try await pending
        #expect(answer.hasPrefix("tempfail 451 4.7.0 pending: "), "\(answer)")
        try await site.expectBack(to: before)
        #expect(await site.gate.daemon.stop() == 0)
        await world.stop()
    }

    /// If all places are taken by clients that wait for an answer, whoever comes is told, in the words of the door. As
    /// soon as they have waited for longer than a known answer takes, one of them gives way.
    @Test func whoFindsNoPlaceIsToldOrServed() async throws {
        let world = try await MailWorld(["verified", "stalling-at-starttls"].map(MailDomains.named))
        let site = try await DoorSite(
            world, ["MILTER_DEADLINE": "25s"], wrapper: ["prlimit", "--nofile=460:460"])
        #expect(try await site.ask("verified.example") == "accept\n")
        #expect(try await site.level("verified.example") == "OK dane-only")
        let before = try site.usage
        try await onOwnThread { [query = site.query, map = site.map] in
            // More than a door with so few descriptors has places.
            let asking = try (0..<24).map { _ in
                let client = try DoorClient(query)
                try client.send("check user@stalling-at-starttls.example\n")
                client.halfClose()
                let other = try DoorClient(map)
                try other.send("37:danegate stalling-at-starttls.example,")
                return (client, other)
            }
            // Those that come while the door still reads the others have an answer.
            let told = try (0..<100).map { number in
                try DoorClient.query("check user@verified.example\n", at: query, halfClosed: number % 2 == 0)
            }
            let refused = "tempfail 451 4.7.0 too many clients ask at once; try again later\n"
            #expect(told.allSatisfy { $0 == refused || $0 == "accept\n" }, "\(told)")
            let levels = try (0..<100).map { _ in try DoorClient(map).lookUp("danegate", "verified.example") }
            let full = "TEMP too many clients ask at once; try again later"
            #expect(levels.allSatisfy { $0 == full || $0 == "OK dane-only" }, "\(levels)")
            // Long before the slow ones have an answer.
            let end = ContinuousClock.now + .seconds(60)
            while try DoorClient.query("check user@verified.example\n", at: query) != "accept\n", .now < end {
                usleep(10_000)
            }
            while try DoorClient(map).lookUp("danegate", "verified.example") != "OK dane-only", .now < end {
                usleep(10_000)
            }
            // They are those that have waited for longest.
            #expect(try asking[0].0.rest() == refused)
            #expect(try asking[0].1.rest() == "\(full.utf8.count):\(full),")
        }
        #expect(try await site.ask("verified.example") == "accept\n")
        #expect(try await site.level("verified.example") == "OK dane-only")
        try await site.expectBack(to: before)
        #expect(await site.gate.daemon.stop() == 0)
        await world.stop()
    }
}
