/// How full a bounded part of the gate is, and who fills it. `danegate status` shows it.
public struct Occupancy: Sendable, Equatable {
    /// The places in use.
    public var used: Int
    /// The number of places.
    public var limit: Int
    /// How many requests wait for a place.
    public var waiting: Int
    /// The neighbourhood with the most places and waiting requests: a zone (`dead.example`) or a prefix of addresses
    /// (`192.0.2.0/24`). nil if the part is empty.
    public var foremost: String?
    /// How many places and waiting requests that neighbourhood has.
    public var foremostCount: Int

    /// A state with these values. Without arguments, an empty part.
    public init(used: Int = 0, limit: Int = 0, waiting: Int = 0, foremost: String? = nil, foremostCount: Int = 0) {
        self.used = used
        self.limit = limit
        self.waiting = waiting
        self.foremost = foremost
        self.foremostCount = foremostCount
    }
}
