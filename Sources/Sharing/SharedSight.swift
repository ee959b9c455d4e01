import RESP
import Verdicts

/// What stands in the store about a destination, as far as it is believed.
struct SharedSight: Sendable {
    /// What stands where the verdict is, as it was read.
    var value = RESPValue.null
    /// The verdict; nil if there is none that counts.
    var verdict: SharedVerdict?
    /// For how long others have seen a fault or a doubt.
    var ages = SharedAges()
    /// Whether another host is just inspecting; nil if that was not asked.
    var isLocked: Bool?
}
