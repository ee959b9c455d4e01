import DANE
import Milter
import Probe

/// One setting of the catalogue: its name, its default, what it may be, and how its text becomes a value.
public struct Setting: Sendable {
    /// The name behind `DANEGATE_`.
    public let name: String
    /// The text of the default; empty for none.
    public let standard: String
    /// What it may be, to follow "must be".
    public let allowed: String
    /// What it is for, as a sentence without a full stop.
    public let summary: String
    /// Takes a text into the settings; returns false, or a sentence of its own, if the text is not allowed.
    let take: @Sendable (String, inout Settings) -> Taken

    /// What became of a text.
    enum Taken: Sendable {
        case taken
        /// Not one of what is allowed.
        case refused
        /// Refused for a reason of its own, a clause.
        case refusedBecause(String)
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

    /// A setting that is one of an enum's raw values.
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

    /// A duration within bounds.
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

    /// A whole number within bounds.
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

    /// The path of a file that must be there.
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

    /// The path of a file that need not be there yet: who reads it says what is wrong with it.
    static func path(_ name: String, _ path: any WritableKeyPath<Settings, String?> & Sendable, _ summary: String)
        -> Setting
    {
        Setting(name, "", "the absolute path of a file", summary) { text, settings in
            guard text.hasPrefix("/") else { return .refused }
            settings[keyPath: path] = text
            return .taken
        }
    }

    /// Senders separated by commas.
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

    /// Words separated by commas, folded to lower case.
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

extension StringProtocol {
    /// The text without blanks at its ends.
    func trimmingBlanks() -> String {
        let trimmed = drop { $0 == " " || $0 == "\t" }
        return String(trimmed.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
