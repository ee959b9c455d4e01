import Synchronization

/// A value that a part makes when it is opened, and needs when it is closed.
final class Handed<Value: Sendable>: Sendable {
    let value = Mutex<Value?>(nil)
}
