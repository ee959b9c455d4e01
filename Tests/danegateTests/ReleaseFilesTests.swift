import Foundation
import Testing
import World

/// The folder that is asked for.
private let releaseFolder = ProcessInfo.processInfo.environment["RELEASE_FILES"]

/// Makes the files of a release that EarlierVersionTests of all later ones reads. It is no test of its own, and runs if
/// `RELEASE_FILES` names the folder:
///
///     RELEASE_FILES=$PWD/Tests/GateTests/Fixtures/0.2.0 swift test --skip-build --filter ReleaseFilesTests
@Suite(.timeLimit(.minutes(5)), .enabled(if: releaseFolder != nil, "RELEASE_FILES names no folder"))
struct ReleaseFilesTests {
    /// What somebody orders with `danegate exempt`, in this order.
    private static let orders = [
        ["add", "partner.example", "--until", end, "--reason", "they are moving their zone", "--by", "alice"],
        ["add", ".group.example", "--until", end, "--reason", "naïve: \"quoted\" & more", "--by", "bob"],
        ["add", "kept.example", "--until", end, "--reason", "stays", "--by", "alice", "--keep"],
        ["add", "gone.example", "--until", end, "--reason", "first", "--by", "alice"],
        ["remove", "gone.example", "--by", "bob"],
        ["add", "again.example", "--until", "2035-01-01T00:00:00Z", "--reason", "old", "--by", "alice"],
        ["add", "again.example", "--until", end, "--reason", "new", "--by", "carol"],
        ["add", "verified.example", "--until", end, "--reason", "watched", "--by", "alice"],
    ]
    private static let end = "2036-01-01T00:00:00Z"

    @Test func theFilesAreMade() async throws {
        let folder = try #require(releaseFolder)
        let world = try await MailWorld(["verified", "no-tlsa", "null-mx", "tlsa-invalid"].map(MailDomains.named))
        let state = try ScratchDirectory("release")
        let environment = world.environment(["STATE_DIRECTORY": state.path])
        for order in Self.orders {
            let (status, output) = try await Danegate.run(["exempt"] + order, environment: environment)
            try #require(status == 0, "\(output)")
        }
        let gate = try await DaemonTests.Gate(world, ["STATE_DIRECTORY": state.path])
        // The daemon looks at domains that are exempt by itself.
        let isWatched = try await eventually(within: .seconds(60)) {
            let (_, list) = try await Danegate.run(["exempt", "list", "--json"], environment: environment)
            return list.count(of: "no-such-domain: ") == 2 && list.contains("verified: TLSA record 1")
        }
        try #require(isWatched)
        for domain in ["verified", "no-tlsa", "tlsa-invalid", "null-mx"] {
            _ = try await gate.answers(["<a@\(domain).example>", "<B+tag@\(domain).example>"].map { Array($0.utf8) })
        }
        try #require(await gate.daemon.stop() == 0)
        let written = Int64(Date.now.timeIntervalSince1970.rounded(.up))
        let (_, list) = try await Danegate.run(["exempt", "list", "--json"], environment: environment)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for name in ["state.sqlite", "trace.sqlite", "exemptions.sqlite"] {
            try #require(!FileManager.default.fileExists(atPath: state.file("\(name)-wal")), "\(name)")
            try FileManager.default.copyItem(atPath: state.file(name), toPath: "\(folder)/\(name)")
        }
        print("release: written \(written), port \(world.hosts.port), exemptions \(list)")
        await world.stop()
    }
}
