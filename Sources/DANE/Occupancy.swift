/// How full a part of the gate is whose places are bounded, and who fills it: what `danegate status` tells from.
public struct Occupancy: Sendable, Equatable {
    /// The places taken.
    public var used: Int
    /// The places there are.
    public var limit: Int
    /// How many wait for a place.
    public var waiting: Int
    /// The neighbourhood that has most of the places and of those who wait: a zone (`dead.example`) or a prefix of
    /// addresses (`192.0.2.0/24`); nil if nobody has any.
    public var foremost: String?
    /// How many that neighbourhood has, those who wait for a place included.
    public var foremostCount: Int

    /// What is given; an empty part without a parameter.
    public init(used: Int = 0, limit: Int = 0, waiting: Int = 0, foremost: String? = nil, foremostCount: Int = 0) {
        self.used = used
        self.limit = limit
        self.waiting = waiting
        self.foremost = foremost
        self.foremostCount = foremostCount
    }
}
