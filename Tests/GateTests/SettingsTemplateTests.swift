import Foundation
import Testing
import WorldServers

@testable import Policy
@testable import Reports

/// The file of settings that a package installs.
@Suite struct SettingsTemplateTests {
    private static let lines = SettingsTemplate.text.split(separator: "\n", omittingEmptySubsequences: false)

    @Test func everySettingStandsThereOnceInOrder() {
        let names = Self.lines.filter { $0.hasPrefix("#DANEGATE_") }.map { $0.dropFirst(10).prefix { $0 != "=" } }
        #expect(names.map(String.init) == Setting.catalogue.map(\.name))
        // What it is for stands above it.
        for (index, line) in Self.lines.enumerated() where line.hasPrefix("#DANEGATE_") {
            #expect(Self.lines[index - 1].hasPrefix("# ") && Self.lines[index - 1].hasSuffix("."), "\(line)")
        }
    }

    @Test func itSetsNothing() throws {
        let directory = try ScratchDirectory("template")
        let file = try directory.write(SettingsTemplate.text, to: "danegate.env")
        let reader = try SettingsReader(environment: [:], file: file)
        #expect(reader.inForce.allSatisfy { $0.origin == .standard })
    }

    @Test func withoutTheCommentSignsItSetsTheDefaults() throws {
        let directory = try ScratchDirectory("template")
        let text = Self.lines.map { $0.hasPrefix("#DANEGATE_") ? $0.dropFirst() : $0 }.joined(separator: "\n")
        let file = try directory.write(text, to: "danegate.env")
        let reader = try SettingsReader(environment: [:], file: file)
        let defaults = try SettingsReader(environment: [:])
        #expect(reader.inForce.map(\.text) == defaults.inForce.map(\.text))
        #expect(reader.inForce.filter { $0.origin == .file(file) }.count > 40)
        // Those without a default are left unset.
        for setting in reader.inForce where setting.text.isEmpty { #expect(setting.origin == .standard) }
    }

    @Test func noLineIsWide() {
        for line in Self.lines where line.contains(" ") { #expect(line.count <= 80, "\(line)") }
        #expect(SettingsTemplate.text.utf8.allSatisfy { $0 == 10 || (0x20..<0x7F).contains($0) || $0 > 0x7F })
    }
}
