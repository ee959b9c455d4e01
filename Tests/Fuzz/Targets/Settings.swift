import DANE

@testable import Policy
@testable import Support

extension FuzzTarget {
    /// Reads settings: `NAME=value` with NUL bytes between them, each with `DANEGATE_` put before it. Paths lead
    /// nowhere, so no file of this machine is read.
    static let settings = FuzzTarget("settings") { bytes in
        var environment: [String: String] = [:]
        for text in bytes.texts {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count > 1 ? String(parts[1]) : ""
            let isFile = ["POLICY_FILE", "DNS_ROOT_HINTS", "DNS_TRUST_ANCHOR", "DNS_CONFIG"].contains(parts[0])
            environment[SettingsReader.prefix + parts[0]] =
                isFile && value.hasPrefix("/") ? "/nonexistent\(value)" : value
        }
        let reader: SettingsReader
        do throws(SettingsError) {
            reader = try SettingsReader(environment: environment)
        } catch {
            try require(!error.sentences.isEmpty, "a fault without a sentence")
            for sentence in error.sentences { try requireLine(sentence, atMost: 5000, "a sentence") }
            return
        }
        try require(reader.inForce.count == Setting.catalogue.count, "\(reader.inForce.count) settings in force")
        let settings = reader.settings
        try require(settings.cacheMinTTL <= settings.cacheMaxTTL, "a cache of no time")
        try require(settings.milterDeadline > .zero && settings.milterDeadline <= .seconds(25), "the deadline")
        try require((0...100).contains(settings.rollout), "a roll-out of \(settings.rollout)")
        try require(settings.probePort > 0 && settings.probeConcurrency > 0, "nothing to probe with")
        for (outcome, ruling) in settings.rulings where outcome.isDoubt {
            try require(ruling != .reject, "\(outcome) is rejected")
        }
        // What `danegate settings` prints can be set again.
        var again: [String: String] = [:]
        for setting in reader.inForce { again[SettingsReader.prefix + setting.name] = setting.text }
        switch Result(catching: { () throws(SettingsError) in try SettingsReader(environment: again) }) {
        case .success(let second):
            try require(second.inForce.map(\.text) == reader.inForce.map(\.text), "settings that do not last")
        case .failure(let faults):
            throw Broken(description: "settings in force are refused: \(faults.sentences)")
        }
    }

    /// An environment file.
    static let environmentFiles = FuzzTarget("environment-files") { bytes in
        switch EnvironmentFile.parse(bytes.text, path: "file") {
        case .success(let values):
            for (name, value) in values {
                try require(!name.isEmpty && name.utf8.allSatisfy { (0x30...0x7A).contains($0) }, "the name \(name)")
                try require(!value.contains(where: \.isNewline), "a value of two lines")
            }
            // Written anew, the file says the same.
            if values.values.allSatisfy({ !$0.contains("\"") }) {
                let text = values.map { "\($0.key)=\"\($0.value)\"" }.joined(separator: "\r\n")
                let again = try? EnvironmentFile.parse(text, path: "file").get()
                try require(again == values, "\(values) reads as \(again ?? [:])")
            }
        case .failure(let faults):
            try require(!faults.sentences.isEmpty, "a fault without a sentence")
            for sentence in faults.sentences { try requireLine(sentence, atMost: 200, "a sentence") }
        }
    }

    /// A duration, and eight bytes as milliseconds.
    static let durations = FuzzTarget("durations") { bytes in
        if let duration = DurationText.parse(bytes.text) {
            try require(duration >= .zero && duration <= .seconds(3650 * 86400), "a duration of \(duration)")
            let written = DurationText.write(duration)
            try require(DurationText.parse(written) == duration, "\(bytes.text) is written as \(written)")
            try requireLine(DurationText.brief(duration), atMost: 24, "a brief duration")
        }
        let milliseconds = bytes.prefix(8).reduce(0) { $0 << 8 | Int64($1) }
        let duration = Duration.milliseconds(milliseconds)
        try require(duration.milliseconds == milliseconds, "\(milliseconds) ms are \(duration.milliseconds)")
        try requireLine(DurationText.brief(duration), atMost: 24, "a brief duration")
        try requireLine("\(duration.tenthsOfMilliseconds)", atMost: 24, "a time")
    }
}
