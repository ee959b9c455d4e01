/// Why the others are asked.
package enum SharedOccasion: Sendable {
    /// A recipient waits.
    case recipient
    /// A good verdict runs out, and nobody waits.
    case renewal
    /// This host must see for itself, whatever the others say: it has seen a fault there, or checks one of them.
    case proof
}
