import Configuration
import Glibc
import Milter

/// Reads the settings from the environment and an optional file, and judges them as a whole: every fault is reported at once,
/// before anything starts.
public struct SettingsReader: Sendable {
    /// Where the value of a setting came from.
    public enum Origin: Sendable, Hashable, CustomStringConvertible {
        case standard
        case environment
        case file(String)
        /// `STATE_DIRECTORY` as systemd sets it.
        case systemd

        /// As `danegate settings` prints it.
        public var description: String {
            switch self {
            case .standard: "default"
            case .environment: "environment"
            case .file(let path): path
            case .systemd: "systemd"
            }
        }
    }

    /// A setting as it is in force.
    public struct InForce: Sendable, Hashable {
        /// The name behind `DANEGATE_`.
        public let name: String
        /// Its text.
        public let text: String
        /// Where the text came from.
        public let origin: Origin
    }

    /// Every fault found, a sentence each.
    public struct Faults: Error, Sendable {
        /// The sentences.
        public let sentences: [String]
    }

    /// The settings, and where each came from in the order of the catalogue.
    public let settings: Settings
    /// Each setting's text and origin.
    public let inForce: [InForce]
    /// The environment file that was read; nil if there was none.
    public internal(set) var file: String?
    /// Whether the file was found, and not named.
    private(set) var isFound = false
    /// What the file says otherwise than the process's environment, which wins: the names, behind `DANEGATE_`.
    let hidden: [String]

    /// The prefix of every setting's name.
    static let prefix = "DANEGATE_"

    /// Names of design.md whose doors are not part of this version, and what they are for. They may be set to `off`.
    private static let laterDoors = [
        "QUERY_SOCKET": "the query socket", "TLS_POLICY_SOCKET": "the TLS policy socket", "WEB_LISTEN": "the web page",
    ]

    /// Reads and judges.
    ///
    /// - Parameters:
    ///   - environment: The process's environment; it wins over the file.
    ///   - file: An environment file as systemd reads it, or nil.
    /// - Throws: All faults together.
    public init(environment: [String: String], file: String? = nil) throws(Faults) {
        var sentences: [String] = []
        var fromFile: [String: String] = [:]
        if let file {
            switch EnvironmentFile.read(file) {
            case .success(let values): fromFile = values
            case .failure(let faults): sentences += faults.sentences
            }
        }
        sentences += Self.unknown(in: environment, fromFile)
        let sources = [
            (EnvironmentVariablesProvider(environmentVariables: environment), Origin.environment),
            (EnvironmentVariablesProvider(environmentVariables: fromFile), Origin.file(file ?? "")),
        ]
        var settings = Settings()
        if let directory = environment["STATE_DIRECTORY"]?.split(separator: ":").first {
            settings.stateDirectory = String(directory)
        }
        var inForce: [InForce] = []
        for setting in Setting.catalogue {
            let name = Self.prefix + setting.name
            // Empty means unset, as in systemd's EnvironmentFile and the shell's ${NAME:-default}.
            let found = sources.lazy.compactMap { source, origin in
                (try? source.environmentValue(forName: name)).flatMap { $0.isEmpty ? nil : ($0, origin) }
            }.first
            guard let (text, origin) = found else {
                inForce.append(Self.unset(setting, settings))
                continue
            }
            inForce.append(InForce(name: setting.name, text: text, origin: origin))
            switch setting.take(text, &settings) {
            case .taken: break
            case .refused: sentences.append("\(name)=\(Self.shown(text)): must be \(setting.allowed).")
            case .refusedBecause(let clause): sentences.append("\(name)=\(Self.shown(text)): \(clause).")
            }
        }
        sentences += Self.contradictions(settings)
        guard sentences.isEmpty else { throw Faults(sentences: sentences) }
        self.settings = settings
        self.inForce = inForce
        self.file = file
        hidden = Setting.catalogue.map(\.name).filter { name in
            guard let text = environment[Self.prefix + name], !text.isEmpty else { return false }
            return fromFile[Self.prefix + name].map { !$0.isEmpty && $0 != text } ?? false
        }
    }

    /// Reads and judges, with the environment file that is found by itself if none is named.
    ///
    /// - Parameters:
    ///   - environment: The process's environment; it wins over the file.
    ///   - named: The file that is named; nil to look for one (`EnvironmentFile.places`).
    /// - Throws: All faults together.
    public static func read(environment: [String: String], named: String?) throws(Faults) -> SettingsReader {
        var reader = try SettingsReader(environment: environment, file: named ?? EnvironmentFile.find())
        reader.isFound = named == nil && reader.file != nil
        return reader
    }

    /// The file that would be read now; that of the start where it has gone.
    var currentFile: String? { file == nil || isFound ? EnvironmentFile.find() ?? file : file }

    /// Reads again where these settings came from: the file that was named, or the one that is there now.
    ///
    /// - Parameter known: The file that was read last.
    /// - Throws: All faults together. A file that has gone is one: its settings were not meant to end.
    func again(environment: [String: String], known: String?) throws(Faults) -> SettingsReader {
        guard file == nil || isFound else { return try SettingsReader(environment: environment, file: file) }
        let reader = try SettingsReader.read(environment: environment, named: nil)
        if let known, reader.file == nil {
            throw Faults(sentences: ["the environment file \(LogLine.escaped(known)) has gone."])
        }
        return reader
    }

    /// The settings of the environment alone, where the file that is found by itself is kept from this user; nil where
    /// it is not. For what only asks the daemon.
    ///
    /// - Throws: All faults of the environment.
    public static func withoutKeptFile(
        environment: [String: String]
    ) throws(Faults) -> (reader: SettingsReader, note: String)? {
        guard let file = EnvironmentFile.find(), EnvironmentFile.isKept(file) else { return nil }
        let user = FileOwner.name(geteuid())
        return (
            try SettingsReader(environment: environment),
            "the environment file \(file) may not be read by this user (\(user)), and may name another socket"
        )
    }

    /// The settings that lead to the daemon's sockets, whatever is wrong with others; all else is as by default.
    ///
    /// - Throws: The faults of these.
    public static func towardsDaemon(environment: [String: String], named: String?) throws(Faults) -> Settings {
        let file = (named ?? EnvironmentFile.find()).map(EnvironmentFile.readable) ?? [:]
        let names = ["STATE_DIRECTORY", "CONTROL_SOCKET", "MILTER_SOCKET"].map { prefix + $0 }
        var values = environment.filter { names.contains($0.key) || $0.key == "STATE_DIRECTORY" }
        for (name, text) in file where names.contains(name) && (values[name] ?? "").isEmpty { values[name] = text }
        return try SettingsReader(environment: values).settings
    }

    private static func unset(_ setting: Setting, _ settings: Settings) -> InForce {
        let isSystemd = setting.name == "STATE_DIRECTORY" && settings.stateDirectory != setting.standard
        return InForce(
            name: setting.name, text: isSystemd ? settings.stateDirectory : setting.standard,
            origin: isSystemd ? .systemd : .standard)
    }

    private static func unknown(in environment: [String: String], _ fromFile: [String: String]) -> [String] {
        let known = Set(Setting.catalogue.map(\.name))
        let names = Set(environment.keys).union(fromFile.keys).filter { $0.hasPrefix(prefix) }
        return names.sorted().compactMap { name in
            let short = String(name.dropFirst(prefix.count))
            let text = environment[name] ?? fromFile[name] ?? ""
            if known.contains(short) { return nil }
            if let door = laterDoors[short] {
                return text == "off" || text.isEmpty
                    ? nil : "\(name)=\(shown(text)): \(door) is not part of this version; leave it unset or off."
            }
            let nearest = known.filter { distance($0, short) <= 2 }.min { distance($0, short) < distance($1, short) }
            let hint =
                nearest.map { "did you mean \(prefix)\($0)?" } ?? "`danegate settings` lists the names there are."
            return "\(shown(name))=\(shown(text)): there is no such setting; \(hint)"
        }
    }

    /// Settings that are fine one by one and contradict each other.
    private static func contradictions(_ settings: Settings) -> [String] {
        var sentences: [String] = []
        if settings.cacheMinTTL > settings.cacheMaxTTL {
            sentences.append(
                "\(prefix)CACHE_MIN_TTL=\(DurationText.write(settings.cacheMinTTL)): must not be longer than "
                    + "\(prefix)CACHE_MAX_TTL, which is \(DurationText.write(settings.cacheMaxTTL)).")
        }
        let isUnix = if case .unix(path: _) = settings.milterSocket { true } else { false }
        if !isUnix, settings.milterSocketMode != nil || settings.milterSocketGroup != nil {
            sentences.append(
                "\(prefix)MILTER_SOCKET_MODE and \(prefix)MILTER_SOCKET_GROUP: only a unix socket has them; "
                    + "\(prefix)MILTER_SOCKET is \(settings.milterSocket).")
        }
        return sentences
    }

    /// A value as a sentence quotes it: printable, and not longer than a line.
    private static func shown(_ text: String) -> String { LogLine.escaped(String(text.prefix(200))) }

    /// Letters to insert, remove or change to get from one text to the other.
    static func distance(_ left: String, _ right: String) -> Int {
        let right = Array(right.utf8.prefix(64))
        var row = Array(0...right.count)
        for (index, letter) in left.utf8.prefix(64).enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in right.indices {
                let change = diagonal + (right[column] == letter ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(change, diagonal + 1, row[column] + 1)
            }
        }
        return row[right.count]
    }
}
