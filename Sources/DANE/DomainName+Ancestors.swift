extension DomainName {
    /// The names above a name, the nearest first: for `a.example.org` these are `example.org`, `org` and the root.
    ///
    /// Each is a part of the name's own text in the form of `text`, the root an empty one. So a step takes no memory,
    /// and a table that is searched for them is keyed by `Substring`.
    public var parents: Ancestors {
        var all = selfAndParents
        _ = all.next()
        return all
    }

    /// The name itself, and then the names above it.
    public var selfAndParents: Ancestors { Ancestors(of: text[...]) }

    /// A walk from a name to the root.
    public struct Ancestors: Sequence, IteratorProtocol, Sendable {
        private var upcoming: Substring?

        /// Begins a walk.
        ///
        /// - Parameter name: A name in presentation form without a trailing dot and without escaped dots; it is the
        ///   first of the walk.
        public init(of name: Substring) { upcoming = name }

        /// The next name; nil after the root.
        public mutating func next() -> Substring? {
            guard let name = upcoming else { return nil }
            if name.isEmpty {
                upcoming = nil
            } else {
                let dot = name.utf8.firstIndex(of: UInt8(ascii: "."))
                upcoming = name[(dot.map { name.utf8.index(after: $0) } ?? name.endIndex)...]
            }
            return name
        }
    }
}
