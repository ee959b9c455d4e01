import Support
import Synchronization

/// The settings in force. A reload replaces them. So callers read them each time, and keep one `SettingsInForce` for
/// decisions that belong together.
public final class SettingsBook: Sendable {
    private let state: Mutex<SettingsInForce>

    /// Makes a book with the settings of the start.
    public init(_ settings: Settings) { state = Mutex(SettingsInForce(settings)) }

    /// What is in force now.
    package var current: SettingsInForce { state.withLockBarging { $0 } }

    /// The settings in force now.
    package var settings: Settings { current.settings }

    /// Replaces the settings.
    package func adopt(_ settings: Settings) {
        let new = SettingsInForce(settings)
        state.withLock { $0 = new }
    }
}

/// The settings of one moment, and the rules that follow from them. One message is ruled by one set of them.
package final class SettingsInForce: Sendable {
    package let settings: Settings
    package let scope: Scope
    package let sources: SourceRules
    package let rulebook: Rulebook

    package init(_ settings: Settings) {
        self.settings = settings
        scope = Scope(settings)
        sources = SourceRules(settings)
        rulebook = Rulebook(settings)
    }
}
