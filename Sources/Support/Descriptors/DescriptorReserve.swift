import Glibc
import Synchronization

/// File descriptors that the process holds open so that it can always open a few when it must.
///
/// libunbound creates an event base with each context, and libevent ends the process if it gets no descriptor for one.
/// A count of the free descriptors does not help, as other threads may take them a moment later. A descriptor that is
/// held open is certain to be there.
///
/// All methods may be called on any thread. They wait only for another call of the same reserve.
public final class DescriptorReserve: Sendable {
    /// The reserve of this process.
    public static let shared = DescriptorReserve()
    /// How many descriptors the reserve holds.
    public static let size = 32
    /// How many of them one call of `lend` may use. The rest covers what other threads open while the reserve is
    /// released.
    public static let loan = 20

    private let held = Mutex<[Int32]>([])
    private let lending = Atomic<Bool>(false)

    init() {}

    /// Whether `lend` runs just now. A caller that can open its file a little later should do so.
    public var isLent: Bool { lending.load(ordering: .acquiring) }

    /// Opens the descriptors that are missing.
    ///
    /// - Returns: 0 if all are held, else the errno of the open(2) that failed (`EMFILE`, `ENFILE`).
    @discardableResult
    public func fill() -> Int32 { held.withLock { Self.open(Self.size, &$0) } }

    /// Closes the reserve, runs `body`, and opens the reserve again.
    ///
    /// - Parameter body: May open up to `loan` descriptors and keep them.
    /// - Returns: What `body` returns; nil if too few descriptors are free, in which case `body` did not run.
    public func lend<Value: Sendable>(_ body: () -> Value) -> Value? {
        held.withLock { held in
            guard Self.open(Self.size, &held) == 0 else { return nil }
            lending.store(true, ordering: .releasing)
            defer {
                Self.open(Self.size, &held)
                lending.store(false, ordering: .releasing)
            }
            Self.close(&held)
            // If the limit was lowered meanwhile, closing the reserve frees nothing: open(2) compares the number of the
            // new descriptor with the limit (EMFILE). So try whether `loan` descriptors can be had.
            var tried: [Int32] = []
            let code = Self.open(Self.loan, &tried)
            Self.close(&tried)
            return code == 0 ? body() : nil
        }
    }

    @discardableResult
    private static func open(_ count: Int, _ descriptors: inout [Int32]) -> Int32 {
        while descriptors.count < count {
            let descriptor = Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return errno }
            descriptors.append(descriptor)
        }
        return 0
    }

    private static func close(_ descriptors: inout [Int32]) {
        for descriptor in descriptors { Glibc.close(descriptor) }
        descriptors = []
    }
}
