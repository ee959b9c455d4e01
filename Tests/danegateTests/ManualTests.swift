import DANE
import Foundation
import Testing
import World

@testable import Gate

/// The manual pages and the README against the program: what is missing there fails here.
@Suite(.timeLimit(.minutes(2))) struct ManualTests {
    /// The folder of the package.
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func file(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    /// The texts of all Swift files below a folder.
    private static func sources(_ folder: String) throws -> [String] {
        let files = FileManager.default.enumerator(
            at: root.appendingPathComponent(folder), includingPropertiesForKeys: nil)
        return try (files?.allObjects ?? []).compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
            .map { try String(contentsOf: $0, encoding: .utf8) }
    }

    /// A page as a reader has it, without formatting and in one line.
    private static func read(_ page: Manual) async throws -> String {
        let path = root.appendingPathComponent("deploy/man/\(page.rawValue)").path
        let (status, text) = try await ChildProcess.run(
            ChildProcess.find("mandoc"), ["-T", "ascii", "-O", "width=900", path], environment: [:])
        #expect(status == 0)
        return text.replacing(/.\u{8}/, with: "").split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    private static func commands() async throws -> CommandDescription {
        let (status, json) = try await Danegate.run(["--experimental-dump-help"])
        #expect(status == 0)
        return try CommandDescription.read(json)
    }

    @Test(arguments: Manual.allCases) func thePageIsTheOneThatTheProgramPrints(page: Manual) async throws {
        let (status, made) = try await Danegate.run(["manual", page.rawValue])
        #expect(status == 0)
        #expect(try made == Self.file("deploy/man/\(page.rawValue)"), "deploy/man/make makes the pages anew")
        let lint = try await ChildProcess.run(
            ChildProcess.find("mandoc"),
            ["-T", "lint", "-W", "warning", Self.root.appendingPathComponent("deploy/man/\(page.rawValue)").path],
            environment: [:])
        #expect(lint.status == 0 && lint.output.isEmpty, "\(lint.output.prefix(2000))")
    }

    @Test func everythingIsInThePages() async throws {
        let daemon = try await Self.read(.danegate)
        let commands = try await Self.commands().shown()
        #expect(commands.contains { $0.path == ["run"] } && !commands.contains { $0.path == ["manual"] })
        for (path, command) in commands {
            #expect(daemon.contains("danegate \(path.joined(separator: " "))"), "\(path)")
            for name in command.own.flatMap({ $0.names ?? [] }) {
                #expect(daemon.contains(name.spelling), "\(path) \(name)")
            }
        }
        for outcome in Outcome.allCases where !outcome.allowsDelivery {
            #expect(daemon.contains(": \(outcome.rawValue) "), "\(outcome)")
            for code in Explanation(outcome).codes { #expect(daemon.contains(code), "\(outcome): \(code)") }
        }
        for event in Glossary.events { #expect(daemon.contains("event=\(event.name) ")) }
        let settings = try await Self.read(.environment)
        for setting in Setting.catalogue { #expect(settings.contains(" DANEGATE_\(setting.name) "), "\(setting.name)") }
    }

    /// Who writes a new event or key must say what it means.
    @Test func everyLineOfTheLogIsExplained() throws {
        let sources = try Self.sources("Sources")
        let events = sources.flatMap {
            $0.matches(of: /(?:LogLine|DatabaseLog)\(event: "([a-z-]+)"/).map { String($0.1) }
        }
        #expect(events.contains("start"))
        #expect(Set(events) == Set(Glossary.events.map(\.name)))
        let line = try #require(sources.first { $0.contains("struct RulingLine") })
        let keys =
            line.matches(of: /"[ ]?(?:cached=yes )?([a-z_]+)=/).map { String($0.1) }
            + line.matches(of: /[ ]([a-z_]+)=" as StaticString/).map { String($0.1) }
        #expect(keys.contains("failing_for") && keys.contains("waited_ms"))
        #expect(Set(keys).isSubset(of: Glossary.keys.map(\.name)), "\(Set(keys))")
        #expect(Set(Glossary.keys.map(\.name)).subtracting(keys).isSubset(of: ["cached"]))
    }

    @Test func theREADMENamesWhatThereIs() async throws {
        let readme = try Self.file("README.md")
        for (path, _) in try await Self.commands().shown() {
            #expect(readme.contains("danegate \(path.joined(separator: " "))"), "\(path)")
        }
        for outcome in Outcome.allCases { #expect(readme.contains("| `\(outcome.rawValue)` |"), "\(outcome)") }
        for setting in Setting.catalogue where !Outcome.allCases.contains(where: { $0.settingName == setting.name }) {
            #expect(
                readme.contains("`\(setting.name)`") || readme.contains("`DANEGATE_\(setting.name)`"), "\(setting.name)"
            )
        }
        for page in Manual.allCases { #expect(readme.contains(page.rawValue)) }
    }

    /// The tests that "what happens when" names are there.
    @Test func whatIsSaidOfFailuresIsTested() throws {
        let sources = try Self.sources("Tests")
        for line in WhatHappensWhen.all {
            #expect(!line.shownBy.isEmpty)
            for name in line.shownBy {
                let parts = name.split(separator: ".")
                let suites = sources.filter {
                    $0.contains("struct \(parts[0]) ") || $0.contains("extension \(parts[0]) ")
                }
                #expect(!suites.isEmpty, "\(line.what): there is no \(parts[0])")
                if parts.count > 1 { #expect(suites.contains { $0.contains("func \(parts[1])(") }, "\(name)") }
            }
        }
    }
}
