package import DANE

extension Resolver {
    /// The most labels of a name that are looked at.
    private static let most = 12

    /// The names from the top-level domain down to a domain, and which of them are signed zones of their own. The root
    /// itself, from whose keys all starts, is left out.
    ///
    /// It only explains: no verdict depends on it. It takes one timeout at most.
    package func zoneLinks(to domain: DomainName) async -> [ZoneLink] {
        let labels = domain.labels.suffix(Self.most)
        let names = labels.indices.reversed().map { labels[$0...].joined(separator: ".") }
        let deadline = ContinuousClock.now + configuration.timeout
        let answers = await withTaskGroup(of: (Int, Answer<[UInt8]>?).self) { group in
            for (index, name) in names.enumerated() {
                group.addTask {
                    guard let name = DomainName(name) else { return (index, nil) }
                    return (index, await self.ask(name, .ds, by: deadline))
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        var links: [ZoneLink] = []
        for (index, name) in names.enumerated() {
            guard let answer = answers[index] else { break }
            let state = Self.state(answer)
            if state == .unsigned, links.last?.state == .inside {
                // What is below is not signed, so an unsigned zone begins here, and it is no part of the zone above.
                links[links.count - 1] = ZoneLink(name: links[links.count - 1].name, state: .unsigned)
            }
            links.append(ZoneLink(name: name, state: state))
            switch state {
            case .bogus, .unknown: return links
            case .signed, .inside, .unsigned: break
            }
        }
        return links
    }

    private static func state(_ answer: Answer<[UInt8]>) -> ZoneLink.State {
        switch answer {
        case .secure(let found): found.existence == .records ? .signed : .inside
        case .insecure: .unsigned
        case .bogus(let why): .bogus(why.detail)
        case .failed(let why): .unknown("\(why)")
        }
    }
}
