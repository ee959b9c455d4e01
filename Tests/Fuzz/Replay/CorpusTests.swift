import Foundation
import Testing

/// The seeds of the fuzzing, and every input that ever broke something, without the fuzzer.
@Suite("The fuzzing's corpus", .timeLimit(.minutes(2))) struct CorpusTests {
    private static let corpus = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Corpus")

    @Test(arguments: FuzzTarget.all.map(\.name)) func everyInputKeepsTheProperties(_ name: String) throws {
        let target = try #require(FuzzTarget.all.first { $0.name == name })
        let inputs = try FileManager.default.contentsOfDirectory(
            at: Self.corpus.appending(path: name), includingPropertiesForKeys: nil)
        #expect(!inputs.isEmpty, "no seeds")
        #expect(throws: Never.self) { try target.run([]) }
        for input in inputs {
            let bytes = Array(try Data(contentsOf: input))
            #expect(throws: Never.self, "\(input.lastPathComponent)") { try target.run(bytes) }
            // Cut short, which is what the network does to it.
            #expect(throws: Never.self, "\(input.lastPathComponent), its first half") {
                try target.run(Array(bytes.prefix(bytes.count / 2)))
            }
        }
    }

    /// A folder that no target reads would be seeds for nobody.
    @Test func everyFolderHasATarget() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.corpus.path)
        #expect(Set(folders) == Set(FuzzTarget.all.map(\.name)))
    }
}
