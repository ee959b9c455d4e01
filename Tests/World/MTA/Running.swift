import Synchronization

/// The process of an MTA that is installed first and started later.
final class Running: Sendable {
    private let state = Mutex<ChildProcess?>(nil)

    /// The process; nil until it is started.
    var process: ChildProcess? {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}
