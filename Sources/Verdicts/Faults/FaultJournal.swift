/// Stores changes of the book of faults outside the process. Called on any thread, under the book's lock. It must not
/// do I/O and must not wait.
public protocol FaultJournal: Sendable {
    /// Notes the present state of a fault that was seen once more.
    func noted(_ fault: KeptFault, of subject: FaultBook.Subject)

    /// Notes that a subject has no fault any more.
    func cleared(_ subject: FaultBook.Subject)
}

/// A fault with times that do not depend on how any clock is set.
public struct KeptFault: Sendable, Hashable {
    /// The time from the first to the last sighting.
    public let age: Duration
    /// The time since the last sighting.
    public let sinceLast: Duration
    /// How often in a row it was seen.
    public let sightings: Int

    /// A fault with these values.
    public init(age: Duration, sinceLast: Duration = .zero, sightings: Int) {
        self.age = age
        self.sinceLast = sinceLast
        self.sightings = sightings
    }
}
