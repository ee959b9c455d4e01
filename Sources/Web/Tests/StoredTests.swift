import Foundation
import Logging
import Records
import Support
import Synchronization

/// The tests that have ended, a file each in a folder of the state directory. The oldest go first: after their time,
/// or if there are too many, or too many bytes.
final class StoredTests: Sendable {
    /// How much is kept.
    struct Limits: Sendable {
        var count = 5000
        var bytes = 128 << 20
        /// The most bytes of one. A larger one is not kept.
        var size = 2 << 20
        /// How many of the latest are in memory: those of a directory that cannot be written too.
        var recent = 64
    }

    private struct State {
        /// The files by age, the oldest first.
        var files: [(id: InspectionID, bytes: Int)] = []
        var bytes = 0
        var recent: [StoredTest] = []
        /// The latest test of a domain, of this run and of the last ones before it.
        var latest: [String: InspectionID] = [:]
    }

    /// The name of the folder in the state directory.
    static let folder = "tests"

    private let directory: String
    private let retention: @Sendable () -> Duration
    private let limits: Limits
    private let log: GateLog
    private let state: Mutex<State>

    /// The tests of a state directory. It reads the folder's list.
    ///
    /// - Parameter retention: How long a test is kept.
    init(
        stateDirectory: String, retention: @escaping @Sendable () -> Duration, limits: Limits = Limits(), log: GateLog
    ) {
        directory = "\(stateDirectory)/\(Self.folder)"
        self.retention = retention
        self.limits = limits
        self.log = log
        var state = State()
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        for name in names.sorted() {
            guard name.hasSuffix(".json"), let id = InspectionID(name.dropLast(5)) else { continue }
            let facts = try? FileManager.default.attributesOfItem(atPath: "\(directory)/\(name)")
            let bytes = (facts?[.size] as? Int) ?? 0
            state.files.append((id, bytes))
            state.bytes += bytes
        }
        self.state = Mutex(state)
    }

    /// Until when a test that ends now is kept, in seconds since 1970.
    func end(of time: Int64) -> Int64 { time + retention().components.seconds }

    /// The latest test of a domain; nil if there was none lately.
    func latest(of domain: String) -> InspectionID? { state.withLock { $0.latest[domain] } }

    /// A test; nil if there is none with this id, or no more.
    func test(_ id: InspectionID) -> StoredTest? {
        let (recent, isKept) = state.withLock { state in
            (state.recent.last { $0.id == id }, state.files.contains { $0.id == id })
        }
        if let recent { return recent }
        guard isKept, !isOver(id), case .success(let text) = ReadableFile.contents(path(id), limit: limits.size + 4096),
            let test = try? JSONDecoder().decode(StoredTest.self, from: Data(text.utf8)), test.form == StoredTest.form,
            test.id == id
        else { return nil }
        return test
    }

    /// Keeps a test. It blocks: call it on a thread of its own.
    func keep(_ test: StoredTest) {
        state.withLock { state in
            state.recent.append(test)
            if state.recent.count > limits.recent { state.recent.removeFirst() }
            if state.latest.count > limits.count { state.latest = [:] }
            state.latest[test.domain] = test.id
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(test), data.count <= limits.size else { return }
        do throws(WholeFile.WriteError) {
            // Readers of the state directory may read it too; nobody else.
            try? FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o750])
            try WholeFile.replace("\(test.id).json", in: directory, with: String(decoding: data, as: UTF8.self))
        } catch {
            return log.event(
                .warning, repeated: "web-store",
                LogLine(event: "web").adding("result", "not-kept").adding("cause", error.cause))
        }
        state.withLock { state in
            state.files.append((test.id, data.count))
            state.bytes += data.count
        }
        prune()
    }

    /// Looks at the last tests of earlier runs, so that the latest of a domain is known as before. It blocks: call it
    /// on a thread of its own.
    func recall() {
        let last = state.withLock { state in state.files.suffix(limits.recent).map(\.id) }
        for id in last.reversed() {
            guard let test = test(id) else { continue }
            state.withLock { state in
                if state.latest[test.domain] == nil { state.latest[test.domain] = id }
            }
        }
    }

    /// Deletes what is kept for longer than it should be, or is too much. It blocks: call it on a thread of its own.
    func prune() {
        let old = state.withLock { state -> [InspectionID] in
            var old: [InspectionID] = []
            while let first = state.files.first,
                state.files.count > limits.count || state.bytes > limits.bytes || isOver(first.id)
            {
                state.files.removeFirst()
                state.bytes -= first.bytes
                old.append(first.id)
            }
            return old
        }
        for id in old { unlink(path(id)) }
    }

    private func path(_ id: InspectionID) -> String { "\(directory)/\(id).json" }

    private func isOver(_ id: InspectionID) -> Bool { end(of: id.time / 1000) < unixTime() }
}
