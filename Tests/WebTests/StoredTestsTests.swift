import Foundation
import Policy
import Records
import Synchronization
import Testing
import WorldServers

@testable import Web

/// What is kept of the page's tests, and for how long.
@Suite(.timeLimit(.minutes(1))) struct StoredTestsTests {
    private static func store(
        _ directory: ScratchDirectory, retention: Duration = .seconds(3600), _ limits: StoredTests.Limits = .init()
    ) -> StoredTests {
        var settings = Settings()
        settings.log = .stderr
        return StoredTests(
            stateDirectory: directory.path, retention: { retention }, limits: limits, log: GateLog(settings))
    }

    private static func test(_ domain: String = "example.org", text: String = "text") throws -> StoredTest {
        let view = """
            {"id":"x","domain":"d","when":"","took":"","from":"","through":"","asked":"","keptUntil":"",
            "tone":"good","mark":"","headline":"","outcome":"","meaning":"","replyWords":"","cause":"",
            "publish":[],"hasPublish":false,
            "todo":[],"hasTodo":false,"todoTitle":"","notes":[],"hasNotes":false,"rows":[],
            "hosts":[],"isNoticeable":false}
            """
        return StoredTest(
            id: InspectionID(), domain: domain, time: 0, json: "{}", text: text,
            view: try JSONDecoder().decode(ResultView.self, from: Data(view.utf8)))
    }

    @Test func aTestOutlivesARestart() throws {
        let directory = try ScratchDirectory("stored")
        let test = try Self.test()
        let store = Self.store(directory)
        store.keep(test)
        #expect(store.latest(of: "example.org") == test.id)
        let again = Self.store(directory)
        #expect(again.test(test.id)?.text == "text")
        #expect(again.test(InspectionID()) == nil)
        var facts = stat()
        #expect(stat("\(directory.path)/tests/\(test.id).json", &facts) == 0 && facts.st_mode & 0o777 == 0o640)
    }

    @Test func theOldestGoFirst() throws {
        let directory = try ScratchDirectory("stored")
        var limits = StoredTests.Limits()
        (limits.count, limits.recent) = (3, 1)
        let store = Self.store(directory, limits)
        let tests = try (0..<5).map { _ in
            let test = try Self.test()
            store.keep(test)
            return test
        }
        // Ids of one millisecond have no order.
        #expect(tests.count { store.test($0.id) != nil } == 3)
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(directory.path)/tests").count == 3)
        limits.bytes = 1
        let small = Self.store(directory, limits)
        small.keep(try Self.test())
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(directory.path)/tests").isEmpty)
    }

    @Test func aTestIsGoneWhenItsTimeIsOver() throws {
        let directory = try ScratchDirectory("stored")
        let test = try Self.test()
        Self.store(directory).keep(test)
        #expect(Self.store(directory, retention: .seconds(-10)).test(test.id) == nil)
        #expect(Self.store(directory).test(test.id) != nil)
    }

    @Test func whatIsOverIsDeletedThoughNothingIsTested() throws {
        let directory = try ScratchDirectory("stored")
        Self.store(directory).keep(try Self.test())
        func files() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "\(directory.path)/tests").count
        }
        Self.store(directory).prune()
        #expect(try files() == 1)
        Self.store(directory, retention: .seconds(-10)).prune()
        #expect(try files() == 0)
    }

    /// Anything may stand in the folder.
    @Test(arguments: ["", "{}", "null", "[1]", String(repeating: "x", count: 3 << 20)])
    func whatIsNoTestIsNone(content: String) throws {
        let directory = try ScratchDirectory("stored")
        let test = try Self.test()
        Self.store(directory).keep(test)
        let path = "\(directory.path)/tests/\(test.id).json"
        try Data(content.utf8).write(to: URL(fileURLWithPath: path))
        #expect(Self.store(directory).test(test.id) == nil)
    }

    @Test func aDirectoryThatCannotBeWrittenLosesNothingAtOnce() throws {
        let directory = try ScratchDirectory("stored")
        let store = StoredTests(
            stateDirectory: directory.file("none"), retention: { .seconds(60) }, log: GateLog(Settings()))
        let test = try Self.test()
        store.keep(test)
        #expect(store.test(test.id) != nil)
    }

    @Test func idsCannotBeGuessedAndAreNoPaths() {
        let ids = (0..<1000).map { _ in InspectionID() }
        #expect(Set(ids.map { $0.description.suffix(16) }).count == 1000)
        #expect(ids.allSatisfy { InspectionID($0.description) == $0 })
        #expect(abs(ids[0].time - Int64(Date().timeIntervalSince1970 * 1000)) < 60_000)
        for text in [
            "", "../../etc/passwd", "0123456789ABCDEFGHJKMNPQR", "0123456789ABCDEFGHJKMNPQR/",
            "é123456789ABCDEFGHJKMNPQ",
        ] {
            #expect(InspectionID(text) == nil, "\(text)")
        }
    }
}
