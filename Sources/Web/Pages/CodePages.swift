import Hummingbird
import Reports
import Support

/// What codes and words mean, as `danegate explain` tells it.
struct CodePages {
    /// The longest text that is explained.
    private static let limit = 2000

    struct Content {
        var asked = ""
        var fault: String?
        var note: String?
        var explanations: [Entry] = []
        var lists: [List] = []
    }
    struct Entry {
        let anchor: String
        let name: String
        let kind: String
        let codes: String?
        let meaning: String
        let parts: [Part]
    }
    struct Part {
        let heading: String
        var paragraphs: [String] = []
        var steps: [Step] = []
        /// Whether there are steps, for the template.
        var hasSteps: Bool
        struct Step {
            let text: String
            let commands: [String]
        }
    }
    struct List {
        let anchor: String
        let heading: String
        let entries: [Word]
        struct Word {
            let name: String
            let query: String
            let codes: String?
            let meaning: String?
        }
    }

    /// Adds the pages.
    ///
    /// - Parameter isOfSite: Whether they are among the pages of all hosts.
    static func add(to router: Router<PageContext>, isOfSite: Bool = false) {
        router.get("codes") { request, context in
            let word = FormFields(query: request)["word"]
            let (content, isFound) = word == nil ? (wholeList, true) : part(word)
            let frame = Page.Frame(
                title: word == nil ? "Codes and words" : "Codes: \(TerminalText.shown(word ?? "", limit: 60))",
                here: "/codes", isAdministrator: context.standing == .administrator,
                isOfSite: isOfSite)
            return Page.response(
                Page.head(frame) + content + Page.part("foot", 0), isFound ? .ok : .notFound)
        }
    }

    /// The page without a word: some hundred entries, always the same.
    private static let wholeList = part(nil).0

    private static func part(_ word: String?) -> (String, isFound: Bool) {
        let (content, isFound) = content(word)
        return (Page.part("codes", content), isFound)
    }

    private static func content(_ word: String?) -> (Content, isFound: Bool) {
        guard let word else { return (Content(lists: lists), true) }
        var content = Content(asked: word)
        guard word.utf8.count <= limit else {
            content.fault = "This is too long."
            return (content, false)
        }
        do throws(ExplainerError) {
            let found = try Explainer.find(word)
            content.note = Explanation.note(found, width: 100_000)
            content.explanations = found.explanations.enumerated().map { entry($1, $0) }
            return (content, true)
        } catch {
            content.fault = "Nothing is known about this: \(error.sentence)"
            content.lists = lists
            return (content, false)
        }
    }

    private static func entry(_ explanation: Explanation, _ number: Int) -> Entry {
        func part(_ heading: String, _ paragraphs: [String]) -> Part? {
            paragraphs.isEmpty ? nil : Part(heading: heading, paragraphs: paragraphs, hasSteps: false)
        }
        func part(_ heading: String, _ steps: [Explanation.Step]) -> Part? {
            steps.isEmpty
                ? nil
                : Part(
                    heading: heading, steps: steps.map { Part.Step(text: $0.text, commands: $0.commands) },
                    hasSteps: true)
        }
        let isRule = explanation.kind == .rule
        let parts = [
            part(isRule ? "What danegate does" : "How it is found", explanation.found),
            part("What follows", [explanation.ruling].compactMap(\.self)),
            part("What the sender should do", [explanation.sender].compactMap(\.self)),
            part("What the recipient's administrator should do", explanation.administrator),
            part("What to do here", explanation.here),
            part("Where it is written", explanation.sources),
            part("Settings", explanation.kind == .setting ? [] : explanation.settings.map { "DANEGATE_\($0)" }),
            part("In Exchange Online", [explanation.exchangeOnline].compactMap(\.self)),
        ]
        return Entry(
            anchor: "word-\(number + 1)", name: explanation.name, kind: explanation.kind.rawValue,
            codes: explanation.codes.isEmpty ? nil : explanation.codes.joined(separator: " / "),
            meaning: explanation.meaning, parts: parts.compactMap(\.self))
    }

    /// What can be explained, by kind.
    private static let lists: [List] = {
        let kinds: [(Explanation.Kind, String)] = [
            (.outcome, "Outcomes"), (.cause, "Causes of event=breaker"), (.ruling, "Rulings"),
            (.policy, "Words of the policy file"), (.step, "Steps of a test"), (.event, "Events of the log"),
            (.word, "Other words"), (.rule, "Rules"), (.setting, "Settings"),
        ]
        return kinds.map { kind, heading in
            List(
                anchor: "kind-\(kind.rawValue)", heading: heading,
                entries: Explanation.all.filter { $0.kind == kind }.map { explanation in
                    List.Word(
                        name: explanation.name, query: FormFields.encoded(explanation.name),
                        codes: explanation.codes.isEmpty ? nil : explanation.codes.joined(separator: ", "),
                        meaning: kind == .outcome ? explanation.meaning : nil)
                })
        }
    }()
}
