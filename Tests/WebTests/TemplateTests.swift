import Mustache
import Testing

@testable import Web

/// No template lets what strangers say become markup: Mustache escapes five characters, which is enough in text and in
/// quoted attributes, and nowhere else.
@Suite struct TemplateTests {
    @Test func allTemplatesAreRead() {
        for name in Templates.texts.keys {
            #expect(Templates.library.render(0, withTemplate: name)?.isEmpty == false, "\(name)")
        }
    }

    @Test func nothingIsUnescaped() {
        for (name, text) in Templates.texts {
            #expect(!text.contains("{{{") && !text.contains("{{&"), "\(name)")
            #expect(!text.contains("{{%"), "\(name): the type of its content stays HTML")
        }
    }

    /// Between `<` and `>`, a value stands between quotes.
    @Test func attributesAreQuoted() {
        for (name, text) in Templates.texts {
            var isTag = false
            var isQuoted = false
            var rest = text[...]
            while let character = rest.popFirst() {
                switch character {
                case "\"" where isTag: isQuoted.toggle()
                case "<" where !isQuoted: isTag = true
                case ">" where !isQuoted: isTag = false
                case "{" where isTag && !isQuoted:
                    // A section may put an attribute there, a value may not.
                    let tag = rest.prefix(2)
                    #expect(tag.dropFirst().first.map { "#/^".contains($0) } ?? false, "\(name): {\(rest.prefix(20))")
                    if rest.first == "{" { rest = rest.dropFirst() }
                default: break
                }
            }
            #expect(!isQuoted && !isTag, "\(name)")
        }
    }

    /// No script, style or event handler is made of data; nothing is fetched from elsewhere.
    @Test func nothingRunsOrComesFromElsewhere() {
        for (name, text) in Templates.texts {
            for word in [
                " on", "javascript:", "<style", "style=\"", "http://", "https://", "srcdoc", "<iframe", "<object",
            ] {
                let isFound = word == " on" ? text.contains(#/\son[a-z]+=/#) : text.contains(word)
                #expect(!isFound, "\(name): \(word)")
            }
            let scripts = text.components(of: "<script")
            #expect(scripts <= (name == "head" ? 1 : 0), "\(name)")
        }
        #expect(!StyleSheet.text.contains("url(") && !StyleSheet.text.contains("@import"))
        for word in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "http:", "https:"] {
            #expect(!Script.text.contains(word), "\(word)")
        }
    }

    @Test func valuesAreEscaped() {
        let hostile = "<script>alert(1)</script>\"'&"
        let html = Page.html(Page.Frame(title: hostile), "error", ["title": hostile, "sentence": hostile])
        #expect(!html.contains("<script>alert") && !html.contains("\"'&"))
        #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"))
    }

    @Test(arguments: ["a\u{202E}b", "a\u{0}b", "a\u{200B}b", "a\u{7F}b", "a\nb", "a\u{2066}b"])
    func textsHaveNoInvisibleCharacters(text: String) { #expect(PageText.of(text) == "a?b") }
}

extension String {
    /// How often a text is in it.
    fileprivate func components(of text: String) -> Int {
        indices.count { self[$0...].hasPrefix(text) }
    }
}
