import Support

/// A manual page in mdoc(7), put together line by line.
struct Mdoc {
    private(set) var lines: [String] = []

    /// Begins a page.
    ///
    /// - Parameters:
    ///   - name: The name, `danegate`.
    ///   - section: The section, 1 to 9.
    ///   - date: The day of the last change, as `November 23, 2026`. It is a parameter so that the page is the same
    ///     each time it is made.
    init(_ name: String, section: Int, date: String, description: String) {
        lines = [
            ".\\\" Made from danegate's sources by deploy/man/make: change it there.", ".Dd \(date)",
            ".Dt \(name.uppercased()) \(section)", ".Os danegate", ".Sh NAME", ".Nm \(name)", ".Nd \(description)",
        ]
    }

    /// Returns a text in which troff finds no requests.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\e"
            // troff would make it a typographic one, which a shell does not know.
            case "'": escaped += "\\(aq"
            case "`": escaped += "\\(ga"
            case "-": escaped += "\\-"
            case "~": escaped += "\\(ti"
            case "^": escaped += "\\(ha"
            case "\"": escaped += "\\(dq"
            case "…": escaped += "..."
            case "–": escaped += "\\-"
            case "×": escaped += "x"
            case "§": escaped += "section "
            default: escaped.unicodeScalars.append(scalar.isASCII ? scalar : "?")
            }
        }
        return escaped
    }

    /// Begins a section.
    mutating func section(_ title: String) { lines.append(".Sh \(title.uppercased())") }

    /// Begins a subsection.
    mutating func subsection(_ title: String) { lines.append(".Ss \(Self.escaped(title))") }

    /// Adds a paragraph. Each sentence begins a new line, as mdoc wants it.
    mutating func paragraph(_ text: String) {
        if lines.last?.hasPrefix(".S") == false { lines.append(".Pp") }
        put(text)
    }

    /// Adds text without the space before a paragraph.
    mutating func put(_ text: String) {
        let sentences = text.replacing(/([.:?!]["')]?) +(?=[A-Z])/, with: { "\($0.1)\n" })
        for sentence in sentences.split(separator: "\n") {
            let line = Self.escaped(String(sentence).trimmingBlanks())
            // In the first column, a full stop or an apostrophe would begin a request.
            lines.append(line.hasPrefix(".") ? "\\&" + line : line)
        }
    }

    /// Adds a list of terms with their texts. `more` adds to the text of an item.
    mutating func list(_ items: [(term: String, text: String)], isCompact: Bool = false) {
        lines.append(".Bl -tag -width Ds\(isCompact ? " -compact" : "")")
        for (term, text) in items {
            lines.append(".It \(Self.item(term))")
            put(text)
        }
        lines.append(".El")
    }

    /// Adds commands as they are typed, one line each.
    mutating func commands(_ commands: [String]) {
        guard !commands.isEmpty else { return }
        lines.append(".Bd -literal -offset indent")
        for command in commands {
            let line = Self.escaped(command)
            lines.append(line.hasPrefix(".") ? "\\&" + line : line)
        }
        lines.append(".Ed")
    }

    /// Adds references to other pages.
    mutating func seeAlso(_ pages: [(String, Int)]) {
        section("See also")
        let pages = pages.sorted { ($0.1, $0.0) < ($1.1, $1.0) }
        for (index, page) in pages.enumerated() {
            lines.append(".Xr \(page.0) \(page.1)\(index == pages.count - 1 ? "" : " ,")")
        }
    }

    /// Returns a term. One that is the name of a macro is escaped.
    private static func item(_ term: String) -> String {
        escaped(term).split(separator: " ").map { $0.count <= 3 ? "\\&\($0)" : String($0) }.joined(separator: " ")
    }

    /// Adds requests unchanged.
    mutating func append(_ requests: [String]) { lines += requests }

    /// The whole page.
    var text: String { lines.joined(separator: "\n") + "\n" }
}
