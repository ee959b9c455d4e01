/// What comes of asking the others before an inspection.
package enum SharedAnswer: Sendable {
    /// A good verdict. `isToBeChecked` says that it is one of the few that this host inspects itself nevertheless.
    case good(SharedVerdict, isToBeChecked: Bool)
    /// Inspect: nobody knows, or what they say needs proof.
    case inspect(SharedClaim)
    /// Another host is just inspecting. Only an inspection that nobody waits for is told so.
    case underWay
}
