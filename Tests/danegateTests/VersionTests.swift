import Foundation
import Testing
import World

/// The version, which stands in one place.
@Suite(.timeLimit(.minutes(1))) struct VersionTests {
    private static let top = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The version in CVersion.h, read as scripts read it.
    private static func written() throws -> String {
        let header = try String(
            contentsOf: top.appendingPathComponent("Sources/CVersion/include/CVersion.h"), encoding: .utf8)
        let line = try #require(header.firstMatch(of: /(?m)^#define DANEGATE_VERSION "([^"]*)"$/))
        return String(line.1)
    }

    @Test func theProgramHasTheVersionOfTheFile() async throws {
        let version = try Self.written()
        #expect(version.wholeMatch(of: /(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)/) != nil)
        let (status, output) = try await Danegate.run(["--version"])
        let first = output.split(separator: "\n").first.map(String.init) ?? ""
        // A package's build names its commit.
        let told = try #require(first.wholeMatch(of: /danegate ([^+]*)(\+g[0-9A-Fa-f]{7,40})?/))
        #expect(status == 0 && told.1 == version, "\(output)")
    }

    @Test func theNewsAreAboutIt() throws {
        let news = try String(contentsOf: Self.top.appendingPathComponent("deploy/NEWS"), encoding: .utf8)
        #expect(news.hasPrefix("danegate (\(try Self.written())) "), "\(news.prefix(60))")
        for line in news.split(separator: "\n") {
            #expect(line.hasPrefix("danegate (") || line.hasPrefix("  ") || line.hasPrefix(" -- "), "\(line)")
            #expect(line.count <= 80 || line.hasPrefix(" -- "), "\(line)")
        }
    }
}
