import Milter
import Probe
import Support

/// A setting of the catalogue: its name, its default, its allowed values, and how its text becomes a value.
public struct Setting: Sendable {
    /// The name after `DANEGATE_`.
    public let name: String
    /// The text of the default; empty if there is none.
    public let standard: String
    /// The allowed values, as words to follow "must be".
    public let allowed: String
    /// The purpose, as a sentence without a full stop.
    public let summary: String
    /// Puts a text into the settings. It returns what became of the text.
    let take: @Sendable (String, inout Settings) -> Taken

    /// What became of a text.
    enum Taken: Sendable {
        case taken
        /// The text is not among the allowed values.
        case refused
        /// The text is refused for a reason of its own, a clause.
        case refusedBecause(String)
        /// The same, and the text may hold a password, so it is not shown.
        case refusedUnseen(String)
    }

    init(
        _ name: String, _ standard: String, _ allowed: String, _ summary: String,
        take: @escaping @Sendable (String, inout Settings) -> Taken
    ) {
        self.name = name
        self.standard = standard
        self.allowed = allowed
        self.summary = summary
        self.take = take
    }

    /// Makes a setting whose values are the raw values of an enum.
    static func choice<Value: RawRepresentable<String> & CaseIterable & Sendable>(
        _ name: String, _ path: any WritableKeyPath<Settings, Value> & Sendable, _ summary: String
    ) -> Setting {
        let values = Value.allCases.map(\.rawValue)
        return Setting(name, Settings()[keyPath: path].rawValue, values.joined(separator: " or "), summary) {
            text, settings in
            guard let value = Value(rawValue: text) else { return .refused }
            settings[keyPath: path] = value
            return .taken
        }
    }

    /// Makes a setting that is a duration within bounds.
    static func duration(
        _ name: String, _ path: any WritableKeyPath<Settings, Duration> & Sendable, _ range: ClosedRange<Duration>,
        _ summary: String
    ) -> Setting {
        let bounds = "\(DurationText.write(range.lowerBound)) to \(DurationText.write(range.upperBound))"
        return Setting(
            name, DurationText.write(Settings()[keyPath: path]),
            "a duration like 250ms, 5s, 15m, 1h or 2d (a bare number counts seconds), from \(bounds)", summary
        ) { text, settings in
            guard let value = DurationText.parse(text), range.contains(value) else { return .refused }
            settings[keyPath: path] = value
            return .taken
        }
    }

    /// Makes a setting that is a whole number within bounds.
    static func number<Value: FixedWidthInteger & Sendable>(
        _ name: String, _ path: any WritableKeyPath<Settings, Value> & Sendable, _ range: ClosedRange<Value>,
        _ summary: String
    ) -> Setting {
        Setting(
            name, "\(Settings()[keyPath: path])", "a whole number from \(range.lowerBound) to \(range.upperBound)",
            summary
        ) { text, settings in
            guard let value = Value(text), range.contains(value) else { return .refused }
            settings[keyPath: path] = value
            return .taken
        }
    }

    /// Makes a setting that is the path of a file. The file must exist.
    static func file(_ name: String, _ path: any WritableKeyPath<Settings, String?> & Sendable, _ summary: String)
        -> Setting
    {
        Setting(name, "", "the absolute path of a readable file", summary) { text, settings in
            guard text.hasPrefix("/") else { return .refused }
            if let fault = ReadableFile.fault(text) { return .refusedBecause(fault) }
            settings[keyPath: path] = text
            return .taken
        }
    }

    /// Makes a setting that is the path of a file. The file need not exist yet: its reader reports what is wrong with
    /// it.
    static func path(_ name: String, _ path: any WritableKeyPath<Settings, String?> & Sendable, _ summary: String)
        -> Setting
    {
        Setting(name, "", "the absolute path of a file", summary) { text, settings in
            guard text.hasPrefix("/") else { return .refused }
            settings[keyPath: path] = text
            return .taken
        }
    }

    /// Makes a setting that lists senders, separated by commas.
    static func senders(
        _ name: String, _ path: any WritableKeyPath<Settings, SenderList> & Sendable, _ summary: String
    ) -> Setting {
        Setting(
            name, "", "addresses, domains, .domains (their subdomains) or <> (the null sender), separated by commas",
            summary
        ) { text, settings in
            guard let list = SenderList(text) else { return .refused }
            settings[keyPath: path] = list
            return .taken
        }
    }

    /// Makes a setting that lists words, separated by commas and folded to lower case.
    static func words(
        _ name: String, _ path: any WritableKeyPath<Settings, Set<String>> & Sendable, allowsNone: Bool,
        _ summary: String
    ) -> Setting {
        Setting(
            name, Settings()[keyPath: path].sorted().reversed().joined(separator: ","), "words separated by commas",
            summary
        ) { text, settings in
            let words = text.split(separator: ",", omittingEmptySubsequences: text.isEmpty)
                .map { $0.trimmingBlanks().lowercased() }
            guard allowsNone || !words.isEmpty, words.allSatisfy({ !$0.isEmpty && !$0.contains(where: \.isWhitespace) })
            else { return .refused }
            settings[keyPath: path] = Set(words)
            return .taken
        }
    }
}
