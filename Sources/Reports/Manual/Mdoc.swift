import Support

/// Manual pages in mdoc(7), put together line by line.
struct Mdoc {
    private(set) var lines: [String] = []

    /// A page.
    ///
    /// - Parameters:
    ///   - name: Its name, `danegate`.
    ///   - section: Its section, 1 to 9.
    ///   - date: The day it was last changed, as `November 23, 2026`: given, so that it is the same each time it is made.
    init(_ name: String, section: Int, date: String, description: String) {
        lines = [
            ".\\\" Made from danegate's sources by deploy/man/make: change it there.", ".Dd \(date)",
            ".Dt \(name.uppercased()) \(section)", ".Os danegate", ".Sh NAME", ".Nm \(name)", ".Nd \(description)",
        ]
    }

    /// Text that troff takes for nothing but text.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\e"
            // Else they become typographic ones, which a shell does not know.
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

    /// A section.
    mutating func section(_ title: String) { lines.append(".Sh \(title.uppercased())") }

    /// A subsection.
    mutating func subsection(_ title: String) { lines.append(".Ss \(Self.escaped(title))") }

    /// A paragraph; sentences begin new lines, as mdoc wants it.
    mutating func paragraph(_ text: String) {
        if lines.last?.hasPrefix(".S") == false { lines.append(".Pp") }
        put(text)
    }

    /// Text without a paragraph's space in front.
    mutating func put(_ text: String) {
        let sentences = text.replacing(/([.:?!]["')]?) +(?=[A-Z])/, with: { "\($0.1)\n" })
        for sentence in sentences.split(separator: "\n") {
            let line = Self.escaped(String(sentence).trimmingBlanks())
            // A full stop or an apostrophe in the first column is a request.
            lines.append(line.hasPrefix(".") ? "\\&" + line : line)
        }
    }

    /// A list of terms with a text each, `more` adding to one.
    mutating func list(_ items: [(term: String, text: String)], isCompact: Bool = false) {
        lines.append(".Bl -tag -width Ds\(isCompact ? " -compact" : "")")
        for (term, text) in items {
            lines.append(".It \(Self.item(term))")
            put(text)
        }
        lines.append(".El")
    }

    /// Commands, a line each, as they are typed.
    mutating func commands(_ commands: [String]) {
        guard !commands.isEmpty else { return }
        lines.append(".Bd -literal -offset indent")
        for command in commands {
            let line = Self.escaped(command)
            lines.append(line.hasPrefix(".") ? "\\&" + line : line)
        }
        lines.append(".Ed")
    }

    /// References to other pages.
    mutating func seeAlso(_ pages: [(String, Int)]) {
        section("See also")
        let pages = pages.sorted { ($0.1, $0.0) < ($1.1, $1.0) }
        for (index, page) in pages.enumerated() {
            lines.append(".Xr \(page.0) \(page.1)\(index == pages.count - 1 ? "" : " ,")")
        }
    }

    /// A term: one that is a macro's name is kept from being one.
    private static func item(_ term: String) -> String {
        escaped(term).split(separator: " ").map { $0.count <= 3 ? "\\&\($0)" : String($0) }.joined(separator: " ")
    }

    /// Adds requests as they are.
    mutating func append(_ requests: [String]) { lines += requests }

    /// The page.
    var text: String { lines.joined(separator: "\n") + "\n" }
}
