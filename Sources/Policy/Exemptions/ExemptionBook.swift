import Support
import Synchronization

/// The live exemptions, for the decisions about recipients. It does no I/O. If there are none, a question costs one
/// atomic load.
public final class ExemptionBook: Sendable {
    private let number = Atomic<Int>(0)
    private let table = Mutex(ExemptionTable())
    private let standingFault = Mutex<String?>(nil)

    /// Makes a book without exemptions.
    public init() {}

    /// How many exemptions are live.
    public var count: Int { number.load(ordering: .relaxed) }

    /// The live exemptions; nil if there are none.
    package var current: ExemptionTable? { count == 0 ? nil : table.withLockBarging { $0 } }

    /// Why the file of exemptions cannot be used, as a sentence without a full stop; nil if it can.
    package var fault: String? {
        get { standingFault.withLock { $0 } }
        set { standingFault.withLock { $0 = newValue } }
    }

    /// Replaces all exemptions.
    package func replace(_ exemptions: [Exemption]) {
        let new = ExemptionTable(exemptions)
        table.withLock { $0 = new }
        number.store(exemptions.count, ordering: .relaxed)
    }
}
