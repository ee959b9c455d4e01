import Foundation
import Testing
import World

/// Who gets in at the page, and what no client may do to it. Everything is asked over the wire.
@Suite(.timeLimit(.minutes(3))) struct PageDoorTests {
    private static func world() async throws -> MailWorld { try await MailWorld([MailDomains.named("verified")]) }

    @Test func everyAnswerIsGuarded() async throws {
        let site = try await PageSite(Self.world())
        for line in ["GET /", "GET /codes", "GET /nothing", "GET /trace", "POST /test", "GET /inspection/x", "HEAD /"] {
            let answer = try await site.request(line)
            let policy = try #require(answer.fields["content-security-policy"], "\(line)")
            if line == "GET /nothing" || line == "GET /inspection/x" {
                #expect(answer.status == 404 && answer.body.contains("There is no such"), "\(line): \(answer.body)")
            }
            #expect(policy.hasPrefix("default-src 'none';") && !policy.contains("unsafe"), "\(line)")
            #expect(answer.fields["x-content-type-options"] == "nosniff", "\(line)")
            #expect(answer.fields["referrer-policy"] == "no-referrer", "\(line)")
            #expect(answer.fields["cache-control"] == "no-store", "\(line)")
            #expect(answer.fields["access-control-allow-origin"] == nil && answer.fields["server"] == nil, "\(line)")
        }
    }

    /// A name that somebody has pointed at this address (DNS rebinding) gets nothing.
    @Test(arguments: [
        ("localhost", 200), ("LOCALHOST:8896", 200), ("127.0.0.1", 200), ("127.0.0.1:80", 200), ("page.example", 200),
        ("page.example:8896", 200), ("evil.example", 421), ("localhost.evil.example", 421), ("127.0.0.2", 421),
        ("[::1]", 421), ("", 421), ("localhost:x", 421), ("127.0.0.1.evil.example", 421), ("page.example.", 200),
    ]) func onlyItsOwnNamesAreAnswered(host: String, status: Int) async throws {
        let site = try await PageSite(Self.world(), ["WEB_HOSTS": "page.example"])
        #expect(try await site.request("GET /", ["Host": host]).status == status)
    }

    @Test func aRequestMustNameOneHostAndAPath() async throws {
        let site = try await PageSite(Self.world())
        for request in [
            "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
            "GET localhost HTTP/1.1\r\nHost: localhost\r\n\r\n",
        ] {
            let answer = try await onOwnThread {
                let client = try WebClient(site.place)
                try client.send(request)
                return try client.answer()
            }
            #expect(answer?.status == 400, "\(request)")
        }
    }

    @Test func loopbackIsNoAuthorization() async throws {
        let site = try await PageSite(Self.world())
        for path in ["/trace", "/overview"] {
            let stranger = try await site.request("GET \(path)")
            #expect(stranger.status == 401 && stranger.fields["www-authenticate"]?.hasPrefix("Basic ") == true)
            #expect(try await site.request("GET \(path)", PageSite.bearer).status == 200)
            let basic = Data("anybody:\(PageSite.token)".utf8).base64EncodedString()
            #expect(try await site.request("GET \(path)", ["Authorization": "Basic \(basic)"]).status == 200)
        }
        for wrong in [
            "Bearer \(PageSite.token)x", "Bearer \(PageSite.token.dropLast())", "Bearer ", "Bearer", "Basic %%%",
            "Basic \(Data(PageSite.token.utf8).base64EncodedString())", "Digest \(PageSite.token)", "# ours",
            "Bearer # ours",
        ] {
            #expect(try await site.request("GET /trace", ["Authorization": wrong]).status == 401, "\(wrong)")
        }
        for act in ["POST /recheck", "POST /notice"] {
            #expect(try await site.request(act, form: "domain=verified.example&id=x").status == 401, "\(act)")
        }
        let without = try await PageSite(Self.world(), hasToken: false)
        #expect(try await without.request("GET /trace").status == 403)
        #expect(try await without.request("GET /trace", PageSite.bearer).status == 403)
        #expect(try await without.request("GET /").status == 200)
    }

    /// The group of a Unix socket is authorization, unless there is a file of tokens.
    @Test func aUnixSocketLetsItsGroupIn() async throws {
        let open = try await PageSite(Self.world(), ["WEB_LISTEN_MODE": "0600"], isUnix: true, hasToken: false)
        #expect(try await open.request("GET /trace").status == 200)
        #expect(try await open.request("GET /", ["Host": "evil.example"]).status == 421)
        var facts = stat()
        #expect(stat(open.place, &facts) == 0 && facts.st_mode & 0o777 == 0o600)
        let kept = try await PageSite(Self.world(), isUnix: true)
        #expect(try await kept.request("GET /trace").status == 401)
        #expect(try await kept.request("GET /trace", PageSite.bearer).status == 200)
        #expect(stat(kept.place, &facts) == 0 && facts.st_mode & 0o777 == 0o660)
    }

    /// A file of tokens that became bad locks administrators out; the log says so, and it is mended without a restart.
    @Test func aTokenFileThatBecameBadIsLogged() async throws {
        let directory = try ScratchDirectory("tokens")
        let file = try directory.write("\(PageSite.token)\n", to: "tokens")
        let site = try await PageSite(Self.world(), ["WEB_TOKEN_FILE": file], hasToken: false)
        #expect(try await site.request("GET /trace", PageSite.bearer).status == 200)
        _ = try directory.write("short\n", to: "tokens")
        for _ in 0..<3 { #expect(try await site.request("GET /trace", PageSite.bearer).status == 401) }
        let isLogged = try await eventually(within: .seconds(30)) {
            site.gate.daemon.output.components(separatedBy: "event=web result=denied cause=").count == 2
        }
        #expect(isLogged && site.gate.daemon.output.contains("at least 20"), "\(site.gate.daemon.output)")
        _ = try directory.write("\(PageSite.token)\n", to: "tokens")
        #expect(try await site.request("GET /trace", PageSite.bearer).status == 200)
    }

    /// A Unix socket with a file of tokens and no proxy's word: its visitors are limited as one client.
    @Test func visitorsOfAUnixSocketHaveALimit() async throws {
        let site = try await PageSite(Self.world(), isUnix: true)
        var last = try await site.request("GET /")
        for number in 0..<60 where last.status != 429 {
            last = try await site.request("POST /test", form: "domain=x\(number).verified.example")
        }
        #expect(last.status == 429)
        #expect(try await site.request("POST /test", PageSite.bearer, form: "domain=verified.example").status == 303)
    }

    /// A form of another site's page does nothing, whatever the visitor's browser would add.
    @Test(arguments: [
        (["Sec-Fetch-Site": "same-origin"], true), (["Sec-Fetch-Site": "none"], true), ([:], true),
        (["Origin": "http://localhost"], true), (["Sec-Fetch-Site": "cross-site"], false),
        (["Sec-Fetch-Site": "same-site"], false), (["Origin": "http://evil.example"], false),
        (["Origin": "null"], false), (["Origin": "http://localhost.evil.example"], false),
        (["Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"], false),
    ]) func nothingActsForAnotherSite(fields: [String: String], isTaken: Bool) async throws {
        let site = try await PageSite(Self.world())
        let answer = try await site.request("POST /test", fields, form: "domain=verified.example")
        #expect(answer.status == (isTaken ? 303 : 403), "\(answer.body)")
    }

    /// A method that a page does not have is told so, with those that it has (RFC 9110 §15.5.6).
    @Test(arguments: [
        ("OPTIONS /", "GET, HEAD"), ("TRACE /codes", "GET, HEAD"), ("PUT /test", "GET, HEAD, POST"),
        ("DELETE /inspection/x", "GET, HEAD"), ("GET /notice", "POST"), ("POST /healthz?x=/y", "GET, HEAD"),
    ]) func otherMethodsAreNotAllowed(line: String, allowed: String) async throws {
        let site = try await PageSite(Self.world())
        let answer = try await site.request(line)
        #expect(answer.status == 405 && answer.fields["allow"] == allowed, "\(answer)")
        #expect(try await site.request("PUT /nothing").status == 404)
    }

    @Test func aGetNeverActs() async throws {
        let site = try await PageSite(Self.world())
        let answer = try await site.request("GET /test?domain=verified.example")
        #expect(answer.status == 303 && answer.fields["location"] == "/?domain=verified.example")
        for path in ["/recheck", "/notice"] {
            #expect(try await site.request("GET \(path)?domain=verified.example", PageSite.bearer).status >= 400)
        }
    }

    /// Heads, bodies and forms have bounds, and a connection that breaks one is closed.
    @Test func whatIsTooLongIsRefused() async throws {
        let site = try await PageSite(Self.world())
        let long = String(repeating: "x", count: 20_000)
        let many = (0..<200).map { "X-\($0): y\r\n" }.joined()
        for request in [
            "GET /\(long) HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: localhost\r\nX: \(long)\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: localhost\r\n\(many)\r\n", "\(long)", "\u{16}\u{3}\u{1}\u{2}\u{0}",
        ] {
            let isClosed = try await onOwnThread {
                let client = try WebClient(site.place)
                // It may close before all is sent.
                try? client.send(request)
                return try client.waitsForEnd()
            }
            #expect(isClosed)
        }
        #expect(try await site.request("POST /test", form: "domain=\(long)").status == 413)
        let chunked = try await onOwnThread {
            let client = try WebClient(site.place)
            try client.send(
                "POST /test HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
                    + "Content-Type: application/x-www-form-urlencoded\r\n\r\n")
            for _ in 0..<200 {
                do { try client.send("1000\r\n\(String(repeating: "x", count: 4096))\r\n") } catch { break }
            }
            return try client.waitsForEnd()
        }
        #expect(chunked)
        #expect(try await site.request("POST /test", ["Content-Type": "text/plain"]).status == 415)
        #expect(try await site.request("GET /").status == 200)
    }

    /// Whoever says nothing, or a byte now and then, does not keep others out, and is closed in the end.
    @Test func silentConnectionsGiveWay() async throws {
        let site = try await PageSite(Self.world())
        let slow = try await onOwnThread { [place = site.place] () -> Bool in
            // An address has no more than its share: this one's is full then, and the rest are closed at once.
            let idle = try (0..<40).map { _ in try WebClient(place) }
            defer { withExtendedLifetime(idle) {} }
            let end = ContinuousClock.now + .seconds(60)
            while ContinuousClock.now < end {
                do { try idle[0].send("G") } catch { return true }
                usleep(500_000)
            }
            return false
        }
        #expect(slow, "a byte now and then is not enough")
        #expect(try await site.request("GET /healthz").status == 200)
    }

    /// Whoever waits for a test, or leaves requests unfinished, with more connections than there are places.
    @Test(arguments: [true, false]) func manyClientsDoNotShutThePage(areFollowers: Bool) async throws {
        let world = try await MailWorld([MailDomains.named("handshake-tarpit")])
        let site = try await PageSite(world, ["PROBE_TIMEOUT": "60s"])
        let begun = try await site.request("POST /test", form: "domain=handshake-tarpit.example")
        let path = try #require(begun.fields["location"])
        let request =
            areFollowers
            ? "GET \(path)/events HTTP/1.1\r\nHost: localhost\r\n\r\n"
            : "POST /test HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n"
                + "Content-Type: application/x-www-form-urlencoded\r\n\r\nd"
        let (heads, statuses) = try await onOwnThread { [place = site.place] in
            var clients: [WebClient] = []
            func enter(_ address: UInt8) throws {
                for _ in 0..<32 {
                    let client = try WebClient(place, from: address)
                    // One that has given way may be closed already.
                    try? client.send(request)
                    clients.append(client)
                }
            }
            try enter(2)
            let heads = areFollowers ? try clients.map { try $0.head() ?? "" } : []
            for address: UInt8 in 3...12 { try enter(address) }
            defer { withExtendedLifetime(clients) {} }
            return (
                heads,
                try ["/healthz", "/readyz", "/metrics", "/"].map { try WebClient.request(place, "GET \($0)")?.status }
            )
        }
        #expect(statuses == [200, 200, 200, 200])
        let taken = heads.count { $0.hasPrefix("HTTP/1.1 200") }
        #expect(!areFollowers || (1...16).contains(taken), "\(taken)")
        for head in heads where !head.hasPrefix("HTTP/1.1 200") {
            #expect(
                ["429", "503"].contains(head.split(separator: " ").dropFirst().first)
                    && head.lowercased().contains("retry-after: "), "\(head)")
        }
    }

    /// An address that others can reach needs a token or a proxy, and the start says so.
    @Test func anOpenAddressNeedsAuthorization() async throws {
        let world = try await Self.world()
        let port = try freePort()
        let refused = try await Danegate.run(
            ["run"], environment: world.environment(["WEB_LISTEN": "0.0.0.0:\(port)"]))
        #expect(refused.status == 78 && refused.output.contains("DANEGATE_WEB_TOKEN_FILE"), "\(refused.output)")
        let empty = try ScratchDirectory("tokens")
        for (text, part) in [
            ("", "no token"), ("short\n", "at least 20"), ("with blanks that are not allowed\n", "blanks"),
        ] {
            let file = try empty.write(text, to: "tokens")
            let run = try await Danegate.run(
                ["run"],
                environment: world.environment(["WEB_LISTEN": "127.0.0.1:\(port)", "WEB_TOKEN_FILE": file]))
            #expect(run.status == 78 && run.output.contains(part), "\(run.output)")
        }
        let open = try await PageSite(world, ["WEB_LISTEN": "0.0.0.0:\(port)"])
        func status(_ path: String, _ fields: [String: String] = [:]) async throws -> Int? {
            try await onOwnThread {
                try WebClient.request("\(port)", "GET \(path)", ["Host": "127.0.0.1"].merging(fields) { $1 })?.status
            }
        }
        #expect(try await status("/") == 401)
        #expect(try await status("/", PageSite.bearer) == 200)
        #expect(try await status("/healthz") == 200)
        #expect(open.gate.daemon.output.contains("event=web result=listening"))
        let proxied = try await PageSite(
            world, ["WEB_LISTEN": "0.0.0.0:\(try freePort())", "WEB_PROXIES": "192.0.2.1"], hasToken: false)
        let log = proxied.gate.daemon.output
        #expect(log.contains("authorization=proxy"), "\(log)")
    }
}
