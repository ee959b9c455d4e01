import Foundation
import Testing
import World

/// A daemon with the page open.
struct PageSite: Sendable {
    let gate: DaemonTests.Gate
    /// Where it listens: `/path` or a port of 127.0.0.1.
    let place: String
    /// A token of its file.
    static let token = "a-token-of-forty-letters-for-tests-only0"
    private let directory: ScratchDirectory

    /// Starts it, on a TCP port with a file of tokens unless a Unix socket is wanted.
    init(_ world: MailWorld, _ settings: [String: String] = [:], isUnix: Bool = false, hasToken: Bool = true)
        async throws
    {
        directory = try ScratchDirectory("page")
        var own: [String: String] = [:]
        if isUnix {
            place = directory.file("page.sock")
            own["WEB_LISTEN"] = "unix:\(place)"
        } else {
            place = "\(try freePort())"
            own["WEB_LISTEN"] = "127.0.0.1:\(place)"
        }
        if hasToken { own["WEB_TOKEN_FILE"] = try directory.write("# ours\n\(Self.token)\n", to: "tokens") }
        gate = try await DaemonTests.Gate(world, own.merging(settings) { $1 })
    }

    /// The page's address for browsers.
    var address: String { "http://127.0.0.1:\(place)" }

    static let bearer = ["Authorization": "Bearer \(token)"]

    /// The answer to a request on a connection of its own.
    ///
    /// - Parameter limit: How long each part of it is waited for.
    func request(
        _ line: String, _ fields: [String: String] = [:], form: String? = nil, within limit: Duration = .seconds(60)
    ) async throws -> WebClient.Answer {
        let answer = try await onOwnThread { [place] in
            try WebClient.request(place, line, fields, form: form, timeout: limit)
        }
        return try #require(answer, "\(line) has no answer")
    }

    /// Tests a domain to the end.
    ///
    /// - Returns: Its id.
    func test(_ domain: String, as fields: [String: String] = [:]) async throws -> String {
        let begun = try await request(
            "POST /test", ["Accept": "application/json"].merging(fields) { $1 }, form: "domain=\(domain)")
        #expect(begun.status == 202, "\(begun.body)")
        let path = try #require(begun.fields["location"])
        // Of a domain with hundreds of hosts, on a busy machine.
        _ = try await request("GET \(path).json", within: .seconds(300))
        return String(path.dropFirst("/inspection/".count))
    }
}
