import Synchronization

/// What a part makes when it is opened, for when it is closed.
final class Handed<Value: Sendable>: Sendable {
    let value = Mutex<Value?>(nil)
}
