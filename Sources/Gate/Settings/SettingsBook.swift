import Synchronization

/// The settings in force. A reload replaces them. So callers read them each time, and keep one `SettingsInForce` for
/// decisions that belong together.
public final class SettingsBook: Sendable {
    private let state: Mutex<SettingsInForce>

    /// Makes a book with the settings of the start.
    public init(_ settings: Settings) { state = Mutex(SettingsInForce(settings)) }

    /// What is in force now.
    var current: SettingsInForce { state.withLockBarging { $0 } }

    /// The settings in force now.
    var settings: Settings { current.settings }

    /// Replaces the settings.
    func adopt(_ settings: Settings) {
        let new = SettingsInForce(settings)
        state.withLock { $0 = new }
    }
}

/// The settings of one moment, and the rules that follow from them. One message is ruled by one set of them.
final class SettingsInForce: Sendable {
    let settings: Settings
    let scope: Scope
    let sources: SourceRules
    let rulebook: Rulebook

    init(_ settings: Settings) {
        self.settings = settings
        scope = Scope(settings)
        sources = SourceRules(settings)
        rulebook = Rulebook(settings)
    }
}
