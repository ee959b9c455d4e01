import Support

/// Where the store is: `redis://host[:port][,host[:port]…][/db]`, `rediss://` for TLS, or `unix:/path[?db]`.
package struct StoreAddress: Sendable, Hashable {
    /// The most hosts of a list.
    package static let maximumEndpoints = 8
    /// The highest number of a database. A store has 16 unless it is told otherwise.
    package static let maximumDatabase = 9999

    /// The places, in the order in which they are tried; one at least.
    package let endpoints: [StoreEndpoint]
    /// Whether TLS is spoken, with certificates that are verified.
    package let isSecured: Bool
    /// The number of the database.
    package let database: Int

    /// Reads the setting. Nothing is looked up or connected to.
    ///
    /// - Throws: A sentence that quotes the setting.
    package init(_ text: String) throws(StoreAddressError) {
        guard text.utf8.count <= 4096 else { throw StoreAddressError("the address of the store is too long") }
        // Before anything that would be quoted: what stands before an @ may be a password.
        if let at = text.firstIndex(of: "@"), !text.hasPrefix("unix:") {
            throw StoreAddressError(
                "the address of the store has a user or a password before "
                    + "\"\(PrintableText.of(text[at...].utf8, limit: 200))\": settings and process lists are seen by "
                    + "others, so write them into a file of their own")
        }
        do throws(StoreAddressError) {
            self = try Self(reading: text)
        } catch {
            throw StoreAddressError("\"\(PrintableText.of(text.utf8, limit: 200))\" \(error.description)")
        }
    }

    private init(reading text: String) throws(StoreAddressError) {
        if let rest = Self.rest(of: text, after: "unix:") {
            let path = rest.prefix { $0 != "?" }
            let query = rest[path.endIndex...].dropFirst()
            guard path.endIndex == rest.endIndex || !query.isEmpty else {
                throw StoreAddressError("has no number of a database behind its ?")
            }
            endpoints = [try StoreEndpoint(path: path)]
            isSecured = false
            database = query.isEmpty ? 0 : try Self.database(Self.rest(of: query, after: "db=") ?? query)
            return
        }
        let rest: Substring
        if let hosts = Self.rest(of: text, after: "redis://") {
            (rest, isSecured) = (hosts, false)
        } else if let hosts = Self.rest(of: text, after: "rediss://") {
            (rest, isSecured) = (hosts, true)
        } else {
            throw StoreAddressError("is no address of a store: \(Self.forms)")
        }
        guard !rest.contains(where: { $0 == "?" || $0 == "#" }) else {
            throw StoreAddressError("has parameters, which no store has here: \(Self.forms)")
        }
        let list = rest.prefix { $0 != "/" }
        let number = rest[list.endIndex...].dropFirst()
        database = number.isEmpty ? 0 : try Self.database(number)
        let hosts = list.split(separator: ",", omittingEmptySubsequences: false)
        guard hosts.count <= Self.maximumEndpoints else {
            throw StoreAddressError("has more than \(Self.maximumEndpoints) hosts")
        }
        var endpoints: [StoreEndpoint] = []
        for host in hosts {
            let endpoint = try StoreEndpoint(host: host)
            guard !endpoints.contains(endpoint) else { throw StoreAddressError("names \(endpoint) twice") }
            endpoints.append(endpoint)
        }
        self.endpoints = endpoints
    }

    private static let forms = "use redis://host:6379/0, rediss://host:6379/0 for TLS, or unix:/path"

    private static func rest(of text: some StringProtocol, after prefix: String) -> Substring? {
        // Schemes are alike in any case (RFC 3986 §3.1).
        guard text.prefix(prefix.count).lowercased() == prefix else { return nil }
        return Substring(text.dropFirst(prefix.count))
    }

    private static func database(_ text: Substring) throws(StoreAddressError) -> Int {
        guard (1...4).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int(text)
        else { throw StoreAddressError("has no number of a database from 0 to \(maximumDatabase) at its end") }
        return number
    }
}

extension StoreAddress: CustomStringConvertible {
    /// The form in which it is read, with every port and the database.
    package var description: String {
        if case .unix(let path)? = endpoints.first { return "unix:\(path)?\(database)" }
        return "\(isSecured ? "rediss" : "redis")://\(endpoints.map(\.description).joined(separator: ","))/\(database)"
    }
}
