import Synchronization

/// How far the daemon has come: it starts, serves, or stops. Any thread may say and ask.
package final class ServingState: Sendable {
    /// How far it has come.
    enum Stage: Int, Sendable {
        case starting, serving, stopping
    }

    private let value = Atomic<Int>(Stage.starting.rawValue)

    /// The daemon starts.
    package init() {}

    /// It serves from now on.
    package func begin() { value.store(Stage.serving.rawValue, ordering: .relaxed) }

    /// It stops.
    package func end() { value.store(Stage.stopping.rawValue, ordering: .relaxed) }

    /// How far it has come.
    var stage: Stage { Stage(rawValue: value.load(ordering: .relaxed)) ?? .stopping }
}
