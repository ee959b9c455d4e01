import ArgumentParser
import Foundation
import Reports

/// `danegate explain`: what a code, an outcome, a rule or a word of the log means, and what to do.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Explain a code, an outcome, a rule, a bounce, or a word of log and replies.",
        discussion: """
            An outcome (tlsa-invalid), a code (5.7.323, x.7.323), a rule (D-44), a cause of the breaker \
            (trust-anchor), an event or a key of the log, a setting; or a text in which an outcome or a code is: a \
            reply, a bounce, Exchange's report, a line of a log, in quotes or, with - for the word, on standard input \
            (1 MiB at most). Of several in a text the one that tells most is explained: an outcome behind its code, \
            outcome= of the log, an outcome alone, a code x.7.32x, a code of Exchange Online; of equal ones the first. \
            The others are named. A three-digit code explains nothing by itself. Without any word: the list of what \
            can be explained. Exits 64 if there is nothing to explain about a word.
            """)

    @Flag(help: "Print one JSON object an explanation, one a line.")
    var json = false

    @Argument(help: "The words, or a text; - for standard input.", completion: .list(Explainer.completions))
    var words: [String] = []

    func run() throws {
        guard !words.isEmpty else {
            let list = Explanation.list(width: TerminalWidth.ofOutput)
            return try StandardDescriptors.put(
                json ? Explanation.all.map { $0.json(asked: nil) }.joined(separator: "\n") : list)
        }
        var texts: [String] = []
        var faults: [String] = []
        for word in try Self.together(words) {
            do throws(ExplainerError) { texts.append(text(try Explainer.find(word), asked: word)) } catch {
                faults.append(error.sentence)
            }
        }
        if !texts.isEmpty { try StandardDescriptors.put(texts.joined(separator: json ? "\n" : "\n\n")) }
        if !faults.isEmpty { throw ExitError(EX_USAGE, faults) }
    }

    private func text(_ found: Explainer.Found, asked: String) -> String {
        let width = TerminalWidth.ofOutput
        guard !json else {
            return found.explanations.map { $0.json(asked: asked, found: found) }.joined(separator: "\n")
        }
        let note = Explanation.note(found, width: width).map { [$0] } ?? []
        return (note + found.explanations.map { $0.text(width: width) }).joined(separator: "\n\n")
    }

    /// Returns the words, each as a text of its own. But a reply or a sentence without quotes is one text, and `-`
    /// means standard input.
    private static func together(_ words: [String]) throws -> [String] {
        if words.contains("-") {
            guard words.count == 1 else { throw ValidationError("- stands alone: it is the text on standard input") }
            return [try input()]
        }
        let isReply = words.count > 1 && words[0].count == 3 && words[0].allSatisfy(\.isNumber)
        let known = words.count { (try? Explainer.find($0)) != nil }
        return isReply || words.count > 3 && known * 2 < words.count ? [words.joined(separator: " ")] : words
    }

    /// Reads standard input, up to the length that a text may have. That is enough, because the report in a bounce
    /// stands before the returned message.
    private static func input() throws -> String {
        var bytes = Data()
        while bytes.count < Explainer.limit {
            let part: Data?
            do { part = try FileHandle.standardInput.read(upToCount: Explainer.limit - bytes.count) } catch {
                throw ExitError(EX_NOINPUT, "standard input cannot be read.")
            }
            guard let part, !part.isEmpty else { break }
            bytes += part
        }
        // Words and codes are ASCII. Replacements for bytes that are no UTF-8 would make the text longer than it may
        // be.
        return String(decoding: bytes.map { $0 < 0x80 ? $0 : UInt8(ascii: " ") }, as: UTF8.self)
    }
}
