import Glibc
import Milter
import Support

/// Reads the settings from the environment and an optional file, and checks them as a whole. It reports all faults
/// together, before anything starts.
public struct SettingsReader: Sendable {
    /// Where the value of a setting comes from.
    public enum Origin: Sendable, Hashable, CustomStringConvertible {
        case standard
        case environment
        case file(String)
        /// `STATE_DIRECTORY`, which systemd sets.
        case systemd

        /// The words in which `danegate settings` prints it.
        public var description: String {
            switch self {
            case .standard: "default"
            case .environment: "environment"
            case .file(let path): path
            case .systemd: "systemd"
            }
        }
    }

    /// A setting in force.
    public struct InForce: Sendable, Hashable {
        /// The name after `DANEGATE_`.
        public let name: String
        /// Its value, as text.
        public let text: String
        /// Where the value comes from.
        public let origin: Origin
    }

    /// The settings.
    public let settings: Settings
    /// The text and origin of each setting, in the order of the catalogue.
    public let inForce: [InForce]
    /// The environment file that was read; nil if there was none.
    public package(set) var file: String?
    /// Whether the file was found at a usual place, and not named by the user.
    private(set) var isFound = false
    /// The names, after `DANEGATE_`, of settings in the file for which the process's environment has another value and
    /// wins.
    package let hidden: [String]

    /// The prefix of all names of settings.
    package static let prefix = "DANEGATE_"

    /// Reads the settings and checks them.
    ///
    /// - Parameters:
    ///   - environment: The process's environment. It wins over the file.
    ///   - file: The path of an environment file; nil for none.
    /// - Throws: All faults together.
    public init(environment: [String: String], file: String? = nil) throws(SettingsError) {
        var sentences: [String] = []
        var fromFile: [String: String] = [:]
        if let file {
            switch EnvironmentFile.read(file) {
            case .success(let values): fromFile = values
            case .failure(let faults): sentences += faults.sentences
            }
        }
        sentences += Self.unknown(in: environment, fromFile)
        let sources = [(environment, Origin.environment), (fromFile, Origin.file(file ?? ""))]
        var settings = Settings()
        if let directory = environment["STATE_DIRECTORY"]?.split(separator: ":").first {
            settings.stateDirectory = String(directory)
        }
        var inForce: [InForce] = []
        for setting in Setting.catalogue {
            let name = Self.prefix + setting.name
            // Empty means unset, as in systemd's EnvironmentFile and in the shell's ${NAME:-default}.
            let found = sources.lazy.compactMap { source, origin in
                source[name].flatMap { $0.isEmpty ? nil : ($0, origin) }
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
            case .refusedUnseen(let clause): sentences.append("\(name): \(clause).")
            }
        }
        sentences += Self.contradictions(settings)
        guard sentences.isEmpty else { throw SettingsError(sentences: sentences) }
        self.settings = settings
        self.inForce = inForce
        self.file = file
        hidden = Setting.catalogue.map(\.name).filter { name in
            guard let text = environment[Self.prefix + name], !text.isEmpty else { return false }
            return fromFile[Self.prefix + name].map { !$0.isEmpty && $0 != text } ?? false
        }
    }

    /// Reads the settings and checks them. If no environment file is named, it is looked for.
    ///
    /// - Parameters:
    ///   - environment: The process's environment. It wins over the file.
    ///   - named: The path of the file; nil to look for one (`EnvironmentFile.places`).
    /// - Throws: All faults together.
    public static func read(environment: [String: String], named: String?) throws(SettingsError) -> SettingsReader {
        var reader = try SettingsReader(environment: environment, file: named ?? EnvironmentFile.find())
        reader.isFound = named == nil && reader.file != nil
        return reader
    }

    /// The path of the file that would be read now. If no file is found any more, it is that of the start.
    package var currentFile: String? { file == nil || isFound ? EnvironmentFile.find() ?? file : file }

    /// Reads the settings again: from the file that was named, or from the file that is found now.
    ///
    /// - Parameter known: The path of the file that was read last.
    /// - Throws: All faults together. A missing file is one, because nobody meant its settings to end.
    package func again(environment: [String: String], known: String?) throws(SettingsError) -> SettingsReader {
        guard file == nil || isFound else { return try SettingsReader(environment: environment, file: file) }
        let reader = try SettingsReader.read(environment: environment, named: nil)
        if let known, reader.file == nil {
            throw SettingsError(sentences: ["the environment file \(LogLine.escaped(known)) has gone."])
        }
        return reader
    }

    /// Returns the settings of the environment alone if the file that would be found is closed to this user; nil if it
    /// is not. It is for commands that only ask the daemon.
    ///
    /// - Throws: All faults of the environment.
    public static func withoutKeptFile(
        environment: [String: String]
    ) throws(SettingsError) -> (reader: SettingsReader, note: String)? {
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
    public static func towardsDaemon(environment: [String: String], named: String?) throws(SettingsError) -> Settings {
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
            if known.contains(short) { return nil }
            let text = environment[name] ?? fromFile[name] ?? ""
            let nearest = known.filter { NearNames.distance($0, short) <= 2 }.min {
                NearNames.distance($0, short) < NearNames.distance($1, short)
            }
            let hint =
                nearest.map { "did you mean \(prefix)\($0)?" } ?? "`danegate settings` lists the names there are."
            return "\(shown(name))=\(shown(text)): there is no such setting; \(hint)"
        }
    }

    /// Returns the faults of settings that are valid each, but contradict each other.
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
        let doors = [
            ("QUERY_SOCKET", settings.querySocket), ("TLS_POLICY_SOCKET", settings.tlsPolicySocket),
            ("WEB_LISTEN", settings.web.listen),
        ]
        for (name, door) in doors where door.isInContradiction {
            sentences.append(
                "\(prefix)\(name)_MODE and \(prefix)\(name)_GROUP: only a unix socket has them; "
                    + "\(prefix)\(name) is \(door.socket.map { "\($0)" } ?? "off").")
        }
        let sockets = [settings.milterSocket] + doors.compactMap(\.1.socket)
        if Set(sockets).count < sockets.count {
            sentences.append(
                "\(prefix)MILTER_SOCKET, \(prefix)QUERY_SOCKET, \(prefix)TLS_POLICY_SOCKET and \(prefix)WEB_LISTEN: "
                    + "each needs a socket of its own.")
        }
        sentences += settings.shared.contradictions(prefix: prefix)
        let page = settings.web.listen.socket.map { "\($0)" } ?? "off"
        if let openness = settings.web.openness(of: "\(prefix)WEB_LISTEN=\(page)") { sentences.append(openness) }
        return sentences
    }

    /// Returns a value in a form for a sentence: printable, and no longer than a line.
    private static func shown(_ text: String) -> String { TerminalText.shown(text, limit: 200) }
}
