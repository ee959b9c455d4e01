/// Where the book of faults is noted beyond the process. Called on any thread, under the book's lock; does no I/O, and does
/// not wait.
public protocol FaultJournal: Sendable {
    /// Notes a fault as it stands after it was seen once more.
    func noted(_ fault: KeptFault, of subject: FaultBook.Subject)

    /// Notes that a subject is in order.
    func cleared(_ subject: FaultBook.Subject)
}

/// A fault in times that do not depend on any clock's setting.
public struct KeptFault: Sendable, Hashable {
    /// The time from the first to the last sighting.
    public let age: Duration
    /// The time since the last sighting.
    public let sinceLast: Duration
    /// How often in a row it was seen.
    public let sightings: Int

    /// A fault of these parts.
    public init(age: Duration, sinceLast: Duration = .zero, sightings: Int) {
        self.age = age
        self.sinceLast = sinceLast
        self.sightings = sightings
    }
}
