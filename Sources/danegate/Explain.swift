import ArgumentParser
import Foundation
import Gate

/// `danegate explain`: what a code, an outcome, a rule or a word of the log means, and what to do about it.
struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Explain a code, an outcome, a rule, or a word of log and replies.",
        discussion: """
            An outcome (tlsa-invalid), a code (5.7.323, x.7.323, 550), a whole reply in quotes, a rule (D-44), a cause of the breaker \
            (trust-anchor), an event or a key of the log, a setting. Without any: the list of what can be explained. Exits 64 if there \
            is nothing to explain about a word.
            """)

    @Flag(help: "Print one JSON object an explanation, one a line.")
    var json = false

    @Argument(help: "The words.")
    var words: [String] = []

    func run() throws {
        guard !words.isEmpty else {
            let list = Explanation.list(width: TerminalWidth.ofOutput)
            return try StandardDescriptors.put(
                json ? Explanation.all.map { $0.json(asked: nil) }.joined(separator: "\n") : list)
        }
        var explained: [(asked: String, explanation: Explanation)] = []
        var faults: [String] = []
        for word in words {
            do throws(Explainer.Unknown) {
                explained += try Explainer.explain(word).map { (word, $0) }
            } catch {
                faults.append(error.sentence)
            }
        }
        let texts = explained.map { asked, explanation in
            json ? explanation.json(asked: asked) : explanation.text(width: TerminalWidth.ofOutput)
        }
        if !texts.isEmpty { try StandardDescriptors.put(texts.joined(separator: json ? "\n" : "\n\n")) }
        if !faults.isEmpty { throw Exit.fail(EX_USAGE, faults) }
    }
}
