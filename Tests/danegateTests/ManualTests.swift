import DANE
import Foundation
import Testing
import World

@testable import Policy
@testable import Reports

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

    /// Every command is in the list of the daemon's page, and whole in one page.
    @Test func everyCommandIsInAPage() async throws {
        let daemon = try await Self.read(.danegate)
        let commands = try await Self.commands().shown()
        #expect(commands.contains { $0.path == ["run"] } && !commands.contains { $0.path == ["manual"] })
        for (path, command) in commands {
            let pages = Manual.allCases.filter { $0.commands.contains(path[0]) }
            let page = try #require(pages.first, "\(path)")
            #expect(pages.count == 1, "\(path) is in \(pages)")
            let text = try await Self.read(page)
            if command.subcommands?.isEmpty != false {
                #expect(daemon.contains("danegate \(path.joined(separator: " ")) "), "\(path)")
                #expect(page == .danegate || daemon.contains("It is described in \(page.reference)."), "\(path)")
            }
            #expect(text.contains("danegate \(path.joined(separator: " ")) "), "\(path)")
            for name in command.own.flatMap({ $0.names ?? [] }) {
                #expect(text.contains(name.spelling), "\(path) \(name)")
            }
        }
        let known = Set(commands.map { $0.path[0] })
        for page in Manual.allCases { #expect(known.isSuperset(of: page.commands), "\(page)") }
    }

    @Test func everythingIsInThePages() async throws {
        let daemon = try await Self.read(.danegate)
        for outcome in Outcome.allCases where !outcome.allowsDelivery {
            #expect(daemon.contains(": \(outcome.rawValue) "), "\(outcome)")
            for code in Explanation(outcome).codes { #expect(daemon.contains(code), "\(outcome): \(code)") }
        }
        for outcome in Outcome.allCases where outcome.allowsDelivery {
            #expect(daemon.contains(" \(outcome.rawValue) "), "\(outcome)")
        }
        for page in Manual.allCases where page != .danegate {
            #expect(daemon.contains(page.reference), "\(page)")
            #expect(try await Self.read(page).contains("danegate(8)"), "\(page)")
        }
        let log = try await Self.read(.log)
        for event in Glossary.events { #expect(log.contains("event=\(event.name) ")) }
        for key in Glossary.keys { #expect(log.contains(" \(key.name) "), "\(key.name)") }
        let policy = try await Self.read(.policy)
        for kind in Policy.Kind.allCases { #expect(policy.contains(" \(kind.rawValue) "), "\(kind)") }
        let settings = try await Self.read(.environment)
        for setting in Setting.catalogue { #expect(settings.contains(" DANEGATE_\(setting.name) "), "\(setting.name)") }
        let names = Set(Setting.catalogue.map(\.name))
        #expect(Set(ManualText.remarks.keys).isSubset(of: names))
    }

    /// Nothing that the program does not make lies among the pages.
    @Test func thereAreNoOtherPages() throws {
        let files = try FileManager.default.contentsOfDirectory(
            atPath: Self.root.appendingPathComponent("deploy/man").path)
        #expect(Set(files) == Set(Manual.allCases.map(\.rawValue) + ["make"]))
    }

    /// What pages and guides call a setting is one.
    @Test func everySettingThatIsNamedExists() throws {
        let names = Set(Setting.catalogue.map(\.name))
        var texts = try Manual.allCases.map { ($0.rawValue, try Self.file("deploy/man/\($0.rawValue)")) }
        for guide in ["README.md", "Tests/README.md", "Tests/Bench/README.md"] {
            texts.append((guide, try Self.file(guide)))
        }
        // Not settings, but what tests and the benchmark are told by the environment.
        let others: Set = ["TEST_SEED", "TEST_CASES", "JUDGES", "SOAK_SECONDS"]
        var named = 0
        for (file, text) in texts {
            for match in text.matches(of: /DANEGATE_([A-Z][A-Z_]*)/) {
                named += 1
                let name = String(match.1)
                // DANEGATE_ON_ stands for all that begin so.
                let isKnown =
                    name.hasSuffix("_")
                    ? names.contains { $0.hasPrefix(name) } : names.contains(name) || others.contains(name)
                #expect(isKnown, "\(file): DANEGATE_\(name)")
            }
        }
        #expect(named >= names.count, "danegate.env(5) alone names every setting")
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

    /// The README is for whoever begins: short, with every outcome and command, and the way to all the rest.
    @Test func theREADMENamesWhatThereIs() async throws {
        let readme = try Self.file("README.md")
        #expect(readme.split(separator: "\n", omittingEmptySubsequences: false).count < 180)
        for (path, command) in try await Self.commands().shown() where command.subcommands?.isEmpty != false {
            #expect(readme.contains("danegate \(path.joined(separator: " "))"), "\(path)")
        }
        for outcome in Outcome.allCases { #expect(readme.contains("| `\(outcome.rawValue)` |"), "\(outcome)") }
        for page in Manual.allCases { #expect(readme.contains("deploy/man/\(page.rawValue)"), "\(page)") }
        #expect(readme.contains("deploy/test") && readme.contains("deploy/run"))
        // What it refers to is there.
        for match in readme.matches(of: /\]\(([^)#:]+)\)/) {
            let path = Self.root.appendingPathComponent(String(match.1)).path
            #expect(FileManager.default.fileExists(atPath: path), "\(match.1)")
        }
    }

    /// What deploy/bench does with the table of a whole run.
    @Test func aTableOfFiguresTakesThePlaceOfTheLast() async throws {
        let scratch = try ScratchDirectory("figures")
        let old = try Self.file("Tests/Bench/README.md")
        try scratch.write(old, to: "README.md")
        try scratch.write("\nA machine.\n\n| | figure |\n|---|---|\n| warm | 1 |\n", to: "table.md")
        let script = Self.root.appendingPathComponent("deploy/bench-table").path
        let arguments = [scratch.file("table.md"), scratch.file("README.md")]
        let (status, output) = try await ChildProcess.run(script, arguments, environment: [:])
        #expect(status == 0, "\(output)")
        let new = try String(contentsOfFile: scratch.file("README.md"), encoding: .utf8)
        let mark = "<!-- figures"
        let before = try #require(old.components(separatedBy: mark).first)
        #expect(new.hasPrefix(before + mark) && new.hasSuffix("<!-- end of the figures -->\n"))
        #expect(new.components(separatedBy: "\n| ").count - before.components(separatedBy: "\n| ").count == 2, "\(new)")
        // What is no table changes nothing.
        try scratch.write("nothing was measured\n", to: "table.md")
        #expect(try await ChildProcess.run(script, arguments, environment: [:]).status == 1)
        #expect(try String(contentsOfFile: scratch.file("README.md"), encoding: .utf8) == new)
    }

    /// The tests that "what happens when" names are there.
    @Test func whatIsSaidOfFailuresIsTested() throws {
        let sources = try Self.sources("Tests")
        #expect(!WhatHappensWhen.all.isEmpty)
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
