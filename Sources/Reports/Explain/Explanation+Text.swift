import Support

extension Explanation {
    /// The explanation in lines that fit so many columns; commands are not broken.
    public func text(width: Int) -> String {
        var text = WrappedText(width: width)
        let codes = codes.isEmpty ? "" : "  \(codes.joined(separator: " / "))"
        text.put("\(name) (\(kind.rawValue))\(codes)")
        text.put(meaning, after: "  ")
        put(kind == .rule ? "What danegate does" : "How it is found", found, &text)
        put("What follows", [ruling].compactMap(\.self), &text)
        put("What the sender should do", [sender].compactMap(\.self), &text)
        put("What the recipient's administrator should do", administrator, &text)
        put("What to do here", here, &text)
        put("Where it is written", sources, &text)
        put("Settings", kind == .setting ? [] : settings.map { "DANEGATE_\($0)" }, &text)
        put("In Exchange Online", [exchangeOnline].compactMap(\.self), &text)
        return text.text
    }

    /// By what a text is explained, and what else is in it, in lines that fit so many columns.
    public static func note(_ found: Explainer.Found, width: Int) -> String? {
        guard let mention = found.mention else { return nil }
        var text = WrappedText(width: width)
        let others =
            found.others.isEmpty
            ? "" : " What else is in it says less, or is another matter: \(found.others.joined(separator: ", "))."
        text.put("Found in the text: \(mention).\(others)")
        return text.text
    }

    private func put(_ heading: String, _ paragraphs: [String], _ text: inout WrappedText) {
        guard !paragraphs.isEmpty else { return }
        text.gap()
        text.put("\(heading):")
        for paragraph in paragraphs { text.put(paragraph, after: "  ") }
    }

    private func put(_ heading: String, _ steps: [Step], _ text: inout WrappedText) {
        guard !steps.isEmpty else { return }
        text.gap()
        text.put("\(heading):")
        for step in steps {
            text.put(step.text, after: "  - ")
            for command in step.commands { text.putWhole(command, indent: 8) }
        }
    }

    /// What can be explained, by kind, in lines that fit so many columns.
    public static func list(width: Int) -> String {
        let kinds: [(Kind, String)] = [
            (.outcome, "Outcomes"), (.cause, "Causes of event=breaker"), (.ruling, "Rulings"),
            (.policy, "Policy words"),
            (.word, "Other words of log and replies, and terms of the RFCs"), (.event, "Events of the log"),
            (.step, "Steps of danegate check"),
            (.rule, "Rules"), (.setting, "Settings"),
        ]
        var text = WrappedText(width: width)
        text.put("danegate explain WORD explains these, codes such as 5.7.323, and bounces, replies and lines of logs:")
        for (kind, heading) in kinds {
            text.gap()
            text.put("\(heading):")
            let those = all.filter { $0.kind == kind }
            guard kind == .outcome else {
                text.put(those.map(\.name).joined(separator: ", "), after: "  ")
                continue
            }
            for outcome in those {
                let codes = outcome.codes.isEmpty ? "" : " (\(outcome.codes.joined(separator: ", ")))"
                text.put("\(outcome.name)\(codes): \(outcome.meaning)", after: "  ")
            }
        }
        return text.text
    }

    /// The explanation as one line of JSON.
    ///
    /// - Parameters:
    ///   - asked: What was asked for.
    ///   - found: How it was found in that.
    public func json(asked: String?, found: Explainer.Found? = nil) -> String {
        JSONLine.of(
            Body(
                asked: NullableJSON(asked.map { String($0.prefix(200)) }), kind: kind.rawValue, name: name,
                meaning: meaning, codes: codes, found: kind == .rule ? [] : self.found, ruling: NullableJSON(ruling),
                sender: NullableJSON(sender), administrator: administrator, here: here, sources: sources,
                settings: settings.map { "DANEGATE_\($0)" }, exchange_online: NullableJSON(exchangeOnline),
                practice: NullableJSON(kind == .rule ? self.found.first : nil),
                mention: NullableJSON(found?.mention), others: found?.others ?? []))
    }

    private struct Body: Encodable {
        let asked: NullableJSON<String>
        let kind: String
        let name: String
        let meaning: String
        let codes: [String]
        let found: [String]
        let ruling: NullableJSON<String>
        let sender: NullableJSON<String>
        let administrator: [Step]
        let here: [Step]
        let sources: [String]
        let settings: [String]
        let exchange_online: NullableJSON<String>
        let practice: NullableJSON<String>
        let mention: NullableJSON<String>
        let others: [String]
    }
}
