import Glibc
import Synchronization

/// Descriptors that are held open for what must not fail for want of one, and let go of for just so long.
///
/// libevent ends the process where it gets no descriptor for an event base, and libunbound makes one with each context.
/// A count of those that are free says nothing about the next moment; those that are held are there.
///
/// All methods may be called on any thread; none waits for anything but another that uses the reserve.
public final class DescriptorReserve: Sendable {
    /// The process's own.
    public static let shared = DescriptorReserve()
    /// How many are held.
    public static let size = 32
    /// How many of them one use may take: what comes and goes elsewhere meanwhile takes from the others.
    public static let loan = 20

    private let held = Mutex<[Int32]>([])
    private let lending = Atomic<Bool>(false)

    init() {}

    /// Whether they have been let go of just now: who can wait with opening something does.
    public var isLent: Bool { lending.load(ordering: .acquiring) }

    /// Opens those that are missing.
    ///
    /// - Returns: 0 if all are held, else the errno of the one that could not be opened (`EMFILE`, `ENFILE`).
    @discardableResult
    public func fill() -> Int32 { held.withLock { Self.open(Self.size, &$0) } }

    /// Lets them go, runs what needs some of them, and takes them back.
    ///
    /// - Parameter body: May open up to `loan`, and keep them.
    /// - Returns: What `body` returns; nil if it was not run, as there are too few.
    public func lend<Value: Sendable>(_ body: () -> Value) -> Value? {
        held.withLock { held in
            guard Self.open(Self.size, &held) == 0 else { return nil }
            lending.store(true, ordering: .releasing)
            defer {
                Self.open(Self.size, &held)
                lending.store(false, ordering: .releasing)
            }
            Self.close(&held)
            // Where the limit has been lowered since, descriptors that were held are no use (EMFILE goes by number).
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
