import Foundation
import Milter
import NIOCore
import Synchronization
import Testing
import WorldServers

@testable import Gate

/// A dialogue over a real socket, with clients that do not behave.
@Suite(.timeLimit(.minutes(2))) struct DialogueHandlerTests {
    /// Questions that are answered when the test says so, and how many came.
    private final class Desk: Sendable {
        private let open = Mutex<[(isGone: @Sendable () -> Bool, then: @Sendable (String) -> Void)]>([])
        let asked = Atomic<Int>(0)

        func ask(_ isGone: @escaping @Sendable () -> Bool, _ then: @escaping @Sendable (String) -> Void) {
            open.withLock { $0.append((isGone, then)) }
            asked.add(1, ordering: .relaxed)
        }

        /// Of those that are open, how many are asked by clients that have gone.
        var gone: Int { open.withLock { $0.count { $0.isGone() } } }

        /// Answers all that are open.
        func answer(_ text: String) {
            let all = open.withLock { open in
                defer { open = [] }
                return open
            }
            for (_, then) in all { then(text) }
        }
    }

    /// A byte is a question, which the desk answers; `!` is answered at once with 64 KB, `.` is the last one.
    private struct Talk: Dialogue {
        static let idle = TimeAmount.milliseconds(200)
        static let long = String(repeating: "x", count: 64 << 10)
        let desk: Desk
        var late: String? { "late" }
        func excuse(_ why: DialogueExcuse) -> String { "\(why)" }

        mutating func next(_ buffer: inout ByteBuffer, isAtEnd: Bool) -> DialogueStep {
            guard let byte = buffer.readInteger(as: UInt8.self) else { return .wait }
            switch byte {
            case UInt8(ascii: "!"):
                desk.asked.add(1, ordering: .relaxed)
                return .answer(Self.long, isLast: false)
            case UInt8(ascii: "."): return .answer("end", isLast: true)
            // Half a question.
            case UInt8(ascii: "?"): buffer.moveReaderIndex(to: buffer.readerIndex - 1)
            default: return .ask({ [desk] isGone, then in desk.ask(isGone, then) }, isLast: false)
            }
            return .wait
        }
    }

    /// A server, and the folder of its socket.
    private struct Site: Sendable {
        let desk: Desk
        let server: LineServer
        let path: String
        private let place: ScratchDirectory

        /// A server whose questions the desk answers.
        init(places: Int = 8, patience: TimeAmount = .seconds(60), waiting: TimeAmount = .hours(1)) throws {
            let desk = Desk()
            try self.init(places: places, waiting: waiting, desk) {
                DialogueHandler(Talk(desk: desk), $0, patience: patience)
            }
        }

        /// A server with other handlers.
        init(
            places: Int = 8, waiting: TimeAmount = .hours(1), _ desk: Desk = Desk(),
            handler: @escaping @Sendable (LineClients.Client) -> any ChannelHandler
        ) throws {
            self.desk = desk
            place = try ScratchDirectory("dialogue")
            path = place.file("s")
            let options = LineServer.Options(
                connections: places, backlog: 1024, allowsHalfClosure: true, readsOnDemand: true,
                patience: waiting)
            server = try LineServer.open(.init(socket: MilterSocket(path)), options) { [handler($0)] }
        }

        /// Waits until so many questions have come.
        func waitUntil(asked count: Int) throws {
            try wait { desk.asked.load(ordering: .relaxed) == count }
        }

        /// Waits until so many are connected.
        func waitUntil(open count: Int) throws { try wait { server.clients.counts.open == count } }

        private func wait(_ holds: () -> Bool) throws {
            for _ in 0..<20_000 where !holds() { usleep(1000) }
            guard holds() else { throw WorldError("asked: \(desk.asked.load(ordering: .relaxed))") }
        }

        /// Whether nobody is connected any more.
        func isLeft() async throws -> Bool { try await eventually { server.clients.counts.open == 0 } }
    }

    /// Sends a byte now and then until the server ends the connection, and returns what it said.
    private static func drip(_ path: String, _ text: String) async throws -> String {
        try await onOwnThread {
            let client = try DoorClient(path)
            var rest = Array(text.utf8)[...]
            // Ends with the connection, or after a minute.
            for _ in 0..<30_000 {
                guard try client.send([rest.popFirst() ?? UInt8(ascii: "x")]) else { break }
                usleep(2000)
            }
            return try client.rest()
        }
    }

    @Test func whoDripsHearsThatItIsLate() async throws {
        let site = try Site { DialogueHandler(DialogueRun.query(), $0, patience: .milliseconds(300)) }
        let said = try await Self.drip(site.path, "check ")
        #expect(said == "tempfail 451 4.7.0 the query did not come in time\n")
        #expect(try await Self.drip(site.path, "request=smtpd_access_policy\nrecipient=").isEmpty)
        #expect(try await site.isLeft())
        site.server.close()
    }

    @Test func whoDripsANetstringIsLeftWithoutAWord() async throws {
        let site = try Site { DialogueHandler(DialogueRun.socketmap(), $0, patience: .milliseconds(300)) }
        #expect(try await Self.drip(site.path, "2000:danegate ").isEmpty)
        #expect(try await site.isLeft())
        site.server.close()
    }

    /// One that says nothing hears that as well, as its next word could be on its way.
    @Test func whoSaysNothingHearsThatItIsLate() async throws {
        let site = try Site(patience: .milliseconds(100))
        let said = try await onOwnThread { [path = site.path] in try DoorClient(path).rest() }
        #expect(said == "late")
        site.server.close()
    }

    @Test func whoIsIdleBetweenQuestionsIsClosed() async throws {
        let site = try Site()
        let said = try await onOwnThread { [path = site.path] in
            let client = try DoorClient(path)
            try client.send("!")
            return try client.rest()
        }
        // The time between questions is the dialogue's own, much shorter than the patience here.
        #expect(said == Talk.long + "late")
        site.server.close()
    }

    @Test func whoTakesNoAnswerIsClosed() async throws {
        let site = try Site(patience: .milliseconds(300))
        let client = try DoorClient(site.path)
        try client.send(String(repeating: "!", count: 1000))
        #expect(try await eventually { site.desk.asked.load(ordering: .relaxed) > 0 })
        #expect(try await site.isLeft())
        // What filled the buffers, and no more.
        #expect(site.desk.asked.load(ordering: .relaxed) < 100)
        site.server.close()
    }

    /// More than the system keeps for a client is not read as long as it reads nothing.
    @Test func pipeliningFillsTheClientsOwnBuffers() async throws {
        let site = try Site()
        let sent = try await onOwnThread { [path = site.path] in
            let client = try DoorClient(path, timeout: .milliseconds(500))
            let piece = String(repeating: "!", count: 1000)
            // Ends when nothing more is taken.
            return (0..<100_000).first { _ in (try? client.send(piece)) != true }
        }
        #expect(sent != nil)
        #expect(site.desk.asked.load(ordering: .relaxed) < 100)
        #expect(try await site.isLeft())
        site.server.close()
    }

    /// What had come when the client closed its side is answered, each question in its turn.
    @Test func questionsBeforeTheEndAreAnswered() async throws {
        let site = try Site { DialogueHandler(DialogueRun.socketmap(), $0) }
        let count = 2000
        let said = try await onOwnThread { [path = site.path] in
            let client = try DoorClient(path)
            try client.send(String(repeating: "20:danegate 012.example,", count: count))
            client.halfClose()
            return try client.rest()
        }
        #expect(said == String(repeating: "23:OK danegate 012.example,", count: count))
        #expect(try await site.isLeft())
        site.server.close()
    }

    /// A question that has come whole waits as long as it takes. The test needs time itself to pass.
    @Test func theAnswerComesThoughTheClientHasClosedItsSide() async throws {
        let site = try Site(patience: .milliseconds(100))
        let said = try await onOwnThread {
            let client = try DoorClient(site.path)
            try client.send("a")
            client.halfClose()
            try site.waitUntil(asked: 1)
            usleep(300_000)
            site.desk.answer("yes")
            return try client.rest()
        }
        #expect(said == "yes")
        #expect(try await site.isLeft())
        site.server.close()
    }

    @Test func whoGoesWhileItAsksLeavesItsPlace() async throws {
        let site = try Site()
        try await onOwnThread {
            let clients = try (0..<5).map { _ in try DoorClient(site.path) }
            for client in clients { try client.send("a") }
            try site.waitUntil(asked: 5)
        }
        #expect(try await site.isLeft())
        // Answers to nobody.
        site.desk.answer("yes")
        #expect(try await site.isLeft())
        site.server.close()
    }

    /// The last word is heard by a client that is still sending.
    @Test(arguments: [1, 100, 2000]) func whoSaysTooMuchHearsTheAnswer(kilobytes: Int) async throws {
        let site = try Site { DialogueHandler(DialogueRun.query(), $0) }
        let said = try await onOwnThread { [path = site.path] in
            let client = try DoorClient(path)
            try client.send(String(repeating: "x", count: kilobytes * 1000))
            return try client.rest()
        }
        #expect(said == "tempfail 451 4.3.5 the query is longer than 512 bytes\n")
        #expect(try await site.isLeft())
        site.server.close()
    }

    /// Of eight places seven may wait for an answer. Whoever comes then is told so, whatever it does first.
    @Test func whoFindsNoPlaceIsTold() async throws {
        let site = try Site(places: 8)
        try await onOwnThread {
            let silent = try DoorClient(site.path)
            try site.waitUntil(open: 1)
            let asking = try (0..<7).map { _ in try DoorClient(site.path) }
            for client in asking { try client.send("a") }
            try site.waitUntil(asked: 7)
            let told = try (0..<40).map { number in
                let client = try DoorClient(site.path)
                // It asks at once, asks much, only closes its side, or only listens.
                if number % 4 < 2 { try client.send(String(repeating: "a", count: number % 4 == 0 ? 1 : 100_000)) }
                if number % 4 == 2 { client.halfClose() }
                return try client.rest()
            }
            #expect(told.allSatisfy { $0 == "full" }, "\(told)")
            // The one that had asked nothing gave its place to them, and was told as well.
            #expect(try silent.rest() == "full")
            let counts = site.server.clients.counts
            #expect(counts.displaced == 1 && counts.refused == 40, "\(counts)")
            site.desk.answer("yes")
            for client in asking { client.halfClose() }
            let answers = try asking.map { try $0.rest() }
            #expect(answers.allSatisfy { $0 == "yes" }, "\(answers)")
            #expect(try DoorClient.query(".", at: site.path) == "end")
        }
        #expect(try await site.isLeft())
        site.server.close()
    }

    /// If all wait for destinations that do not answer, one whose answer is known has it, and so have the next ones.
    @Test func whoWaitsLongGivesWay() async throws {
        let site = try Site(places: 8, waiting: .zero)
        try await onOwnThread {
            var asking = try (0..<7).map { _ in try DoorClient(site.path) }
            for client in asking {
                try client.send("a")
                client.halfClose()
            }
            try site.waitUntil(asked: 7)
            for number in 1...3 {
                #expect(try DoorClient.query(".", at: site.path) == "end")
                // The one that has waited for longest.
                #expect(try asking.removeFirst().rest() == "full")
                #expect(site.desk.gone == number)
                // Places are left now, and nobody gives way.
                #expect(try DoorClient.query(".", at: site.path) == "end")
                asking.append(try DoorClient(site.path))
                try asking.last?.send("a")
                asking.last?.halfClose()
                try site.waitUntil(asked: 7 + number)
            }
            #expect(site.server.clients.counts.displaced == 3 && site.server.clients.counts.refused == 0)
            site.desk.answer("yes")
            let answers = try asking.map { try $0.rest() }
            #expect(answers.count == 7 && answers.allSatisfy { $0 == "yes" }, "\(answers)")
        }
        #expect(try await site.isLeft())
        site.server.close()
    }

    /// Questions of clients that have gone are bounded, too: their work goes on.
    @Test func whoGoesLeavesNoEndOfQuestions() async throws {
        let site = try Site(places: 8)
        try await onOwnThread {
            for number in 1...64 {
                do {
                    let client = try DoorClient(site.path)
                    try client.send("a")
                    try withExtendedLifetime(client) { try site.waitUntil(asked: number) }
                }
                try site.waitUntil(open: 0)
            }
            #expect(try DoorClient.query("a", at: site.path) == "full")
            site.desk.answer("nobody hears it")
            let next = try DoorClient(site.path)
            try next.send("a")
            next.halfClose()
            try site.waitUntil(asked: 65)
            site.desk.answer("yes")
            #expect(try next.rest() == "yes")
        }
        #expect(try await site.isLeft())
        site.server.close()
    }

    /// A door that is closed waits for those that wait for an answer.
    @Test func theEndWaitsForAnswers() async throws {
        let site = try Site()
        let said = try await onOwnThread {
            let asking = try (0..<5).map { _ in try DoorClient(site.path) }
            for client in asking { try client.send("a") }
            let silent = try DoorClient(site.path)
            try site.waitUntil(asked: 5)
            try site.waitUntil(open: 6)
            let thread = Thread { site.server.drain(until: .now + .seconds(60)) }
            thread.start()
            // The place is given up at once, and those that ask are not.
            while FileManager.default.fileExists(atPath: site.path) { usleep(1000) }
            #expect(site.server.clients.counts.asking == 5)
            site.desk.answer("yes")
            return try (asking + [silent]).map { try $0.rest() }
        }
        #expect(said.dropLast().allSatisfy { $0 == "yesstopping" } && said.last == "stopping", "\(said)")
        #expect(try await site.isLeft())
        site.server.close()
    }

    /// Who has no answer by then is told that there is none, and what comes later goes nowhere.
    @Test func theEndTellsThoseThatHaveNoAnswer() async throws {
        let site = try Site()
        let said = try await onOwnThread {
            let asking = try (0..<5).map { _ in try DoorClient(site.path) }
            for client in asking { try client.send("a") }
            try site.waitUntil(asked: 5)
            site.server.drain(until: .now)
            return try asking.map { try $0.rest() }
        }
        #expect(said.allSatisfy { $0 == "stopping" }, "\(said)")
        #expect(site.desk.gone == 5)
        site.server.close()
        site.desk.answer("yes")
    }

    /// Those who come and say nothing take the place of each other, not that of one who asks.
    @Test func aFloodOfConnectionsTakesNoAnswer() async throws {
        let site = try Site(places: 8)
        try await onOwnThread {
            let asking = try DoorClient(site.path)
            try asking.send("a")
            try site.waitUntil(asked: 1)
            for number in 0..<2000 {
                let client = try DoorClient(site.path)
                if number % 3 == 0 { _ = try? client.send("?") }
                guard number % 20 == 0 else { continue }
                let other = try DoorClient(site.path)
                try other.send(".")
                #expect(try other.rest() == "end")
            }
            site.desk.answer("yes")
            asking.halfClose()
            #expect(try asking.rest() == "yes")
        }
        #expect(try await site.isLeft())
        site.server.close()
    }
}
