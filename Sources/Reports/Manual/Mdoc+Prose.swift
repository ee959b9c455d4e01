extension Mdoc {
    /// Adds text in the form in which the sources keep it: blocks with an empty line between them.
    ///
    /// `## Title` begins a subsection. Lines that begin with four blanks are shown as they are. `- ` begins an item of
    /// a list, `1. ` one of a numbered list, and `term :: text` one of a list of terms. Two blanks continue an item.
    /// All other text is a paragraph.
    mutating func prose(_ text: String) {
        var block: [Substring] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            guard line.isEmpty else {
                block.append(line)
                continue
            }
            add(block)
            block = []
        }
        add(block)
    }

    private mutating func add(_ block: [Substring]) {
        guard let first = block.first else { return }
        if first.hasPrefix("## ") {
            subsection(String(first.dropFirst(3)))
        } else if block.allSatisfy({ $0.hasPrefix("    ") }) {
            commands(block.map { String($0.dropFirst(4)) })
        } else if first.hasPrefix("- ") {
            items(Self.items(block).map { String($0.dropFirst(2)) }, kind: "bullet")
        } else if let marker = first.prefixMatch(of: /[0-9]+[.][ ]/), !marker.isEmpty {
            items(Self.items(block).map { String($0.trimmingPrefix(/[0-9]+[.][ ]/)) }, kind: "enum")
        } else if first.contains(" :: ") {
            list(Self.items(block).map(Self.termAndText))
        } else {
            paragraph(block.joined(separator: " "))
        }
    }

    /// Returns the items of a block, one line each.
    private static func items(_ block: [Substring]) -> [String] {
        block.reduce(into: []) { items, line in
            if line.hasPrefix("  "), !items.isEmpty {
                items[items.count - 1] += line.dropFirst()
            } else {
                items.append(String(line))
            }
        }
    }

    private static func termAndText(_ item: String) -> (term: String, text: String) {
        guard let sign = item.firstRange(of: " :: ") else { return (item, "") }
        return (String(item[..<sign.lowerBound]), String(item[sign.upperBound...]))
    }

    private mutating func items(_ texts: [String], kind: String) {
        append([".Bl -\(kind)"])
        for text in texts {
            append([".It"])
            put(text)
        }
        append([".El"])
    }
}
