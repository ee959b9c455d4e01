import DANE
import Dispatch
import NIOCore
import NIOPosix
import RuleMarks
import Synchronization
import Testing
import World

@testable import Probe

/// The search for the machine's own name holds nothing up.
@Suite(.timeLimit(.minutes(1))) struct NameSearchTests {
    /// A name service that answers when it is told to.
    private final class Service: Sendable {
        private let answers = Mutex<[HostName.Finding]>([])
        private let isReady = DispatchSemaphore(value: 0)
        private let asked = Mutex(0)

        /// How often it has been asked.
        var questions: Int { asked.withLock { $0 } }

        func answer(_ finding: HostName.Finding) {
            answers.withLock { $0.append(finding) }
            isReady.signal()
        }

        func look() -> HostName.Finding {
            asked.withLock { $0 += 1 }
            guard isReady.wait(atMost: 180) else { return .none }
            return answers.withLock { $0.removeFirst() }
        }
    }

    private let loop = MultiThreadedEventLoopGroup.singleton.next()

    @Test func whatIsSetIsNotLookedFor() async throws {
        let search = NameSearch(.set("mail.example"), on: loop) {
            Issue.record("it was looked for")
            return .none
        }
        #expect(search.name == .set("mail.example"))
        #expect(try await search.name(on: loop).get() == .set("mail.example"))
    }

    @Test(arguments: [
        (HostName.Finding.name("mail.example"), ClientName.host("mail.example")), (.none, .ownAddress),
        (.unknown, .ownAddress),
    ])
    func whoComesEarlyWaits(_ finding: HostName.Finding, _ name: ClientName) async throws {
        let service = Service()
        let search = NameSearch(nil, on: loop, limit: .hours(1), pause: .hours(1), look: service.look)
        #expect(search.name == nil)
        let (told, teller) = AsyncStream.makeStream(of: ClientName.self)
        search.listen { teller.yield($0) }
        let early = search.name(on: loop)
        service.answer(finding)
        #expect(try await early.get() == name)
        #expect(search.name == name)
        for await heard in told {
            #expect(heard == name)
            break
        }
        search.close()
    }

    /// A name service that does not answer in time is not waited for, and is believed when it does.
    @Test(.rules("F-79")) func aLateAnswerCounts() async throws {
        let service = Service()
        let search = NameSearch(nil, on: loop, limit: .milliseconds(1), pause: .hours(1), look: service.look)
        #expect(try await search.name(on: loop).get() == .ownAddress)
        let (told, teller) = AsyncStream.makeStream(of: ClientName.self)
        search.listen { teller.yield($0) }
        service.answer(.name("mail.example"))
        var heard: [ClientName] = []
        for await name in told {
            heard.append(name)
            if heard.count == 2 { break }
        }
        #expect(heard == [.ownAddress, .host("mail.example")])
        #expect(search.name == .host("mail.example"))
    }

    /// A machine may have booted before its network.
    @Test(.rules("F-79")) func whoDoesNotKnowIsAskedAgain() async throws {
        let service = Service()
        let search = NameSearch(nil, on: loop, limit: .hours(1), pause: .milliseconds(1), look: service.look)
        let (told, teller) = AsyncStream.makeStream(of: ClientName.self)
        search.listen { teller.yield($0) }
        for finding in [HostName.Finding.unknown, .unknown, .name("mail.example")] { service.answer(finding) }
        var heard: [ClientName] = []
        for await name in told {
            heard.append(name)
            if heard.count == 2 { break }
        }
        #expect(heard == [.ownAddress, .host("mail.example")])
        #expect(service.questions == 3)
    }

    @Test func theEndIsNotWaitedFor() async throws {
        let service = Service()
        let search = NameSearch(nil, on: loop, limit: .hours(1), pause: .hours(1), look: service.look)
        let waiting = search.name(on: loop)
        search.close()
        #expect(try await waiting.get() == .ownAddress)
        service.answer(.name("mail.example"))
        #expect(search.name == .ownAddress)
    }

    // MARK: Probes

    /// A prober that looks for its name, and a farm.
    private func run(
        _ look: @escaping @Sendable () -> HostName.Finding, timeout: Duration = .seconds(20),
        _ body: (SMTPHosts, Prober) async throws -> Void
    ) async throws {
        let allowed = ["127.0.0.0/8", "::1"].compactMap(AddressRange.init)
        let prober = Prober(ProbeConfiguration(helo: nil, timeout: timeout, allowed: allowed), look: look)
        let hosts = try await SMTPHosts()
        let result: Result<Void, any Error>
        do { result = .success(try await body(hosts, prober)) } catch { result = .failure(error) }
        await prober.shutdown()
        await hosts.stop()
        try result.get()
    }

    private func target(_ address: IPAddress, _ hosts: SMTPHosts) -> ProbeTarget {
        ProbeTarget(address: address, port: hosts.port, serverName: .root)
    }

    @Test(.rules("F-79")) func aProbeWaitsForTheName() async throws {
        let service = Service()
        try await run(service.look) { hosts, prober in
            let address = try await hosts.add(.noSTARTTLS)
            async let report = prober.probe(target(address, hosts))
            #expect(await ProbeWorld.until { prober.connections == 1 })
            service.answer(.name("mail.example"))
            _ = await report
            // Within the two seconds, unless the machine has other things to do.
            let said = hosts.commands(at: address).first
            #expect(said == "EHLO mail.example" || said == "EHLO [127.0.0.1]")
            #expect(await ProbeWorld.until { prober.name == .host("mail.example") })
            _ = await prober.probe(target(address, hosts))
            #expect(hosts.commands(at: address).contains("EHLO mail.example"))
        }
    }

    @Test(.rules("F-79")) func itTakesTheLiteralWhereThereIsNoName() async throws {
        try await run({ .none }) { hosts, prober in
            let address = try await hosts.add(.noSTARTTLS)
            _ = await prober.probe(target(address, hosts))
            #expect(hosts.commands(at: address).first == "EHLO [127.0.0.1]")
            let six = try await hosts.addIPv6(.noSTARTTLS)
            _ = await prober.probe(target(six, hosts))
            #expect(hosts.commands(at: six).first == "EHLO [IPv6:::1]")
        }
    }

    /// Neither the end of a probe nor that of the prober waits for a name service that does not answer.
    @Test func nobodyIsHeldUpByANameService() async throws {
        let service = Service()
        try await run(service.look, timeout: .seconds(60)) { hosts, prober in
            let address = try await hosts.add(.silent)
            let cancelled = Task { await prober.probe(target(address, hosts)) }
            cancelled.cancel()
            #expect(await cancelled.value.end.reason == "cancelled")
            let shut = Task { await prober.probe(target(address, hosts)) }
            #expect(await ProbeWorld.until { prober.connections > 0 })
            await prober.shutdown()
            #expect(await shut.value.end.reason == "shut down")
        }
        service.answer(.none)
    }

    /// It is the probe's own time that passes.
    @Test func theWaitCountsAsTheProbes() async throws {
        let service = Service()
        try await run(service.look, timeout: .milliseconds(50)) { hosts, prober in
            let address = try await hosts.add(.silent)
            #expect(
                await prober.probe(target(address, hosts)).end
                    == .unreachable(.connect, "no answer within 0.05 seconds"))
            #expect(hosts.connections(at: address) == 0)
        }
        service.answer(.none)
    }
}
