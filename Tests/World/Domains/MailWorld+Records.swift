public import DANE

extension MailWorld {
    /// Whether a domain leads to an address outside this machine, so that a client could be sent out of the world.
    ///
    /// - Parameter domain: The name of one of the world's domains.
    public func leadsOutside(_ domain: String) -> Bool {
        records(of: domain).contains { record in
            guard ["A", "AAAA", "MX"].contains(record.type), let data = record.data.last,
                let address = IPAddress(data.hasSuffix(".") ? String(data.dropLast()) : data)
            else { return false }
            return !address.description.hasPrefix("127.") && address.description != "::1"
        }
    }

    /// The address of a host, as a domain's zones have it.
    ///
    /// - Parameters:
    ///   - host: The host's name in full.
    ///   - domain: The name of one of the world's domains.
    public func address(of host: String, in domain: String) throws -> IPAddress {
        let record = records(of: domain).first { $0.type == "A" && $0.owner == host }
        guard let address = record?.data.last.flatMap({ IPAddress($0) }) else {
            throw WorldError("\(host) has no address")
        }
        return address
    }

    /// Serves a domain's own zone in another form.
    ///
    /// - Parameter change: Changes the zone that it was built with.
    public func change(_ domain: String, _ change: (inout Zone) -> Void) async throws {
        guard var zone = zones[domain]?.first else { throw WorldError("there is no domain \(domain)") }
        change(&zone)
        try await names.replace(zone)
    }

    /// What a domain that is an alias stands for, at the end of the aliases; nil if it is none.
    ///
    /// - Parameter domain: The name of one of the world's domains.
    public func expansion(of domain: String) -> String? {
        let records = records(of: domain)
        var name = domain
        for _ in 0..<8 {
            guard let alias = records.first(where: { $0.type == "CNAME" && $0.owner == name }),
                let end = alias.data.last
            else { break }
            name = Self.full(end, in: alias.zone)
        }
        return name == domain ? nil : name
    }

    /// The records of a domain's zones that are of the plain form: an owner, a type, data.
    private func records(of domain: String) -> [(zone: String, owner: String, type: String, data: [String])] {
        (zones[domain] ?? []).flatMap { zone in
            zone.records.compactMap { line in
                let fields = line.split(separator: " ").map(String.init)
                guard fields.count > 2 else { return nil }
                return (zone.name, Self.full(fields[0], in: zone.name), fields[1], Array(fields.dropFirst(2)))
            }
        }
    }

    /// A name of a zone file, in full and without the dot at its end.
    private static func full(_ name: String, in zone: String) -> String {
        let name = name.lowercased()
        if name == "@" { return zone }
        return name.hasSuffix(".") ? String(name.dropLast()) : "\(name).\(zone)"
    }
}
