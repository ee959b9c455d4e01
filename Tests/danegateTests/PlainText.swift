import DANE
import Foundation
import Support

@testable import Gate
@testable import Inspection
@testable import Policy
@testable import Reports
@testable import Rules
@testable import Verdicts

/// A text for administrators, held to plain language: whole sentences, no signs and abbreviations of working notes, and
/// no capitals that `danegate explain` cannot explain.
struct PlainText {
    let text: String
    /// Fewer words than this are no sentence but a note.
    private let shortest: Int

    /// A text.
    ///
    /// - Parameter shortest: How many words a sentence has at least: 4 where "They are unusable." will not do.
    init(_ text: String, shortest: Int = 2) { (self.text, self.shortest) = (text, shortest) }

    /// What is wrong with it, one sentence each.
    var faults: [String] {
        var faults = signs + abbreviations + capitals + sentenceFaults
        if !text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { faults.append("something is not printable ASCII") }
        return faults
    }

    /// The sentences, word by word. A name such as example.org. does not end one if a small word follows.
    var sentences: [[Substring]] {
        var sentences: [[Substring]] = []
        var isOpen = false
        for word in text.split(separator: " ") {
            if isOpen, let last = sentences.last?.last, last.last == "." || last.last == "?" {
                isOpen = last.dropLast().contains(".") && word.first?.isLowercase == true && !Self.isName(word)
            }
            if isOpen { sentences[sentences.count - 1].append(word) } else { sentences.append([word]) }
            isOpen = true
        }
        return sentences
    }

    /// Signs that stand for words, by what they are.
    private static let signs: [(String, String)] = [
        ("->", "an arrow"), ("=>", "an arrow"), ("<-", "an arrow"), (">=", "a comparison"), ("<=", "a comparison"),
        ("!=", "a comparison"), (" < ", "a comparison"), (" > ", "a comparison"), (" = ", "an equation"),
        (" ~ ", "a sign"), (" + ", "a sum"), (" & ", "a sign"), (" / ", "a slash between words"),
        ("..", "dots for what is left out"), ("w/", "w/"), (" class,", "a class of weaknesses"), ("|", "a bar"),
        ("  ", "two blanks"), ("Exactly so", "words that say nothing"), ("e.g.", "e.g."), ("i.e.", "i.e."),
    ]

    private var signs: [String] {
        var faults = Self.signs.filter { text.contains($0.0) }.map(\.1)
        let numbers = zip(text.utf8, text.utf8.dropFirst()).contains { $0 == UInt8(ascii: "#") && $1.isDigit }
        if numbers { faults.append("the number of an issue") }
        return faults
    }

    /// Abbreviations of notes, names of projects and lists that only their readers know, and words of our own tables.
    private static let notes: Set<String> = [
        "cf", "ie", "eg", "etc", "incl", "excl", "resp", "approx", "publ", "impl", "orig", "addr", "msg", "param",
        "params",
        "cert", "certs", "mtype", "vs", "aka", "wrt", "esp", "max", "min", "misc", "prev", "temp", "perm", "req", "mem",
        "infer", "todo", "fixme", "tbd", "rec", "nb", "id'd", "thru", "dc", "inl", "vd", "df", "pf", "mox", "ossl",
        "exo", "ndr",
        "skip-dns", "skip-tls", "skip-auth", "dane-ok", "no-dane", "tls-unauth", "dns-defer", "half", "rrset",
        "rrsets", "nodata/nxdomain", "a/aaaa", "ta", "ee", "le", "sts", "rca", "ede",
    ]

    private var abbreviations: [String] {
        words.filter { word in
            let plain = word.lowercased()
            // "half" is a word, and HALF is a row of a table. Cert is a selector's name (RFC 7218).
            return Self.notes.contains(plain) && (plain != "half" || word == "HALF") && word != "Cert"
        }.map { "'\($0)' is an abbreviation of notes" }
    }

    /// Capitals that need no explanation: names of programs and formats, exit states, and what stands in replies.
    private static let names: Set<String> = [
        "RFC", "RFCS", "IP", "IPV4", "IPV6", "ID", "JSON", "ASCII", "UTF-8", "URL", "OPENSSL", "GNUTLS", "OK",
        "WARNING", "CRITICAL",
        "XXXXXXXA", "CR", "LF", "MB", "KB", "FEATURE", "MTAS", "TTLS", "NOT", "OPPORTUNISTIC", "CA", "CAS",
        "SIGHUP", "SIGUSR1", "EMFILE", "ENFILE", "SMART_HOST", "INPUT_MAIL_FILTER", "LIMITNOFILE", "BEGIN",
        "CERTIFICATE", "DATA", "IN", "HOST", "_25._TCP.HOST", "DOMAIN", "DNS-BASED", "\\XNN", "SUBJECTPUBLICKEYINFO",
        "MX_1.EXAMPLE.ORG", "PROBE", "OF", "THE",
    ]

    private static let explained = Set(
        Glossary.terms.flatMap { $0.name.uppercased().split(separator: " ").map(String.init) })
    private static let settings = Set(Setting.catalogue.map { "DANEGATE_\($0.name)" })

    private var capitals: [String] {
        words.filter { word in
            guard word.filter(\.isUppercase).count > 1 else { return false }
            let name = word.uppercased()
            return !Self.explained.contains(name) && !Self.settings.contains(word) && !Self.names.contains(name)
        }.map { "'\($0)' is explained nowhere" }
    }

    /// What is between blanks, without marks at its ends and numbers in brackets behind it.
    private var words: [String] {
        text.split { $0 == " " || $0 == "=" }
            .map { String($0).trimming(".,;:()'\"?`<>[]@") }
            .map { String($0.prefix { $0 != "(" }) }
            .map { $0.hasSuffix("'s") ? String($0.dropLast(2)) : $0 }.filter { !$0.isEmpty }
    }

    private var sentenceFaults: [String] {
        var faults: [String] = []
        if text.last != ".", text.last != "?" { faults.append("it does not end with a full stop") }
        for sentence in sentences {
            if let first = sentence.first, first.first?.isLowercase == true, !Self.isName(first) {
                faults.append("'\(first)' begins a sentence")
            }
            if sentence.count < shortest {
                faults.append("no whole sentence: \(sentence.joined(separator: " "))")
            }
            if sentence.first?.last == ":", sentence.first?.first?.isLowercase == true {
                faults.append("a heading in the place of a sentence: \(sentence.joined(separator: " "))")
            }
            if sentence.count > Self.longest {
                faults.append("a sentence of \(sentence.count) words: \(sentence.joined(separator: " "))")
            }
        }
        return faults
    }

    /// More words than this in one sentence are read twice.
    private static let longest = 34

    /// Names that are written small and may begin a sentence: programs, keys of the log, outcomes, `key=value`.
    private static func isName(_ word: Substring) -> Bool {
        let plain = String(word).trimming(",:;'")
        return plain.contains("=") || plain.contains("-") || plain.contains("_") || small.contains(plain)
    }

    private static let small: Set<String> = Set(
        ["danegate", "libunbound", "smtp", "x.7.323"] + Glossary.keys.map(\.name) + Outcome.allCases.map(\.rawValue)
            + [
                "changed", "restart", "environment", "root", "open", "foreign", "refused", "displaced", "rejected",
                "lifted", "result",
                "level", "neighbourhood", "name", "address", "lost", "working", "forgotten", "delv",
            ])
}
