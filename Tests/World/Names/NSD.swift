import Foundation
import Synchronization

/// One nsd(8) of our own: an ordinary user's, on a free loopback port, that serves numbered zone files of a directory.
final class NSD: Sendable {
    /// Its port on 127.0.0.1, UDP and TCP.
    let port: UInt16
    private let running: Mutex<ChildProcess>
    private var process: ChildProcess { running.withLock { $0 } }
    private let directory: ScratchDirectory

    /// Starts it and waits until it answers.
    ///
    /// - Parameters:
    ///   - zones: The names of the zones; the first one's file is `0.zone`.
    ///   - directory: Where the files are.
    init(zones: [String], in directory: ScratchDirectory) async throws {
        // Another program may take the port after it was found free. It must not be another world, whose answers would
        // pass for those of this one until this nsd says that the port is in use.
        for _ in 0..<5 {
            let port = try freePort()
            try directory.write(Self.configuration(port: port, zones: zones, in: directory), to: "nsd.conf")
            let process = try await ChildProcess("nsd", ["-d", "-c", directory.file("nsd.conf")])
            if await Self.isUp(port: port, process) {
                (self.port, self.directory) = (port, directory)
                running = Mutex(process)
                return
            }
            await process.stop()
            guard process.output.contains("in use") else { throw WorldError("nsd does not answer: \(process.output)") }
        }
        throw WorldError("nsd finds no free port")
    }

    /// Reads the files that have changed, and waits until the given zones are served with that serial.
    func reload(_ zones: [String], serial: Int) async throws {
        // Not by SIGHUP: this works whatever signals the parent has blocked.
        for zone in zones { try await control("reload", zone.isEmpty ? "." : zone) }
        let deadline = ContinuousClock.now + .seconds(30)
        for zone in zones {
            while Self.serial(of: zone, port: port) != serial {
                guard ContinuousClock.now < deadline, process.status == nil else {
                    throw WorldError("nsd does not serve \(zone) anew: \(process.output)")
                }
                try await Task.sleep(for: .milliseconds(5))
            }
        }
    }

    /// Sends a signal to it and its children, which do the work.
    func signal(_ number: Int32) {
        for pid in process.tree { kill(pid, number) }
    }

    /// Ends it without notice, and begins anew on the same port.
    func restart(after pause: Duration) async throws {
        signal(SIGKILL)
        _ = await process.waitForEnd()
        try await Task.sleep(for: pause)
        let deadline = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < deadline {
            let next = try await ChildProcess("nsd", ["-d", "-c", directory.file("nsd.conf")])
            running.withLock { $0 = next }
            if await Self.isUp(port: port, next) { return }
            await next.stop()
        }
        throw WorldError("nsd does not come up again: \(output)")
    }

    /// Ends it.
    func stop() async {
        try? await control("stop")
        await process.stop()
    }

    private func control(_ command: String...) async throws {
        let arguments = ["-c", directory.file("nsd.conf")] + command
        let (status, output) = try await ChildProcess.run("nsd-control", arguments)
        guard status == 0 else { throw WorldError("nsd-control \(command) failed: \(output)") }
    }

    /// What it has said, to find out why a zone is not served.
    var output: String { process.output }

    private static func isUp(port: UInt16, _ process: ChildProcess) async -> Bool {
        let deadline = ContinuousClock.now + .seconds(30)
        while process.status == nil, ContinuousClock.now < deadline {
            if serial(of: "", port: port) != nil { return true }
            try? await Task.sleep(for: .milliseconds(5))
        }
        return false
    }

    /// The serial of a zone's SOA as it is served; nil if it is not.
    private static func serial(of zone: String, port: UInt16) -> Int? {
        var query: [UInt8] = [0x12, 0x34, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        for label in zone.split(separator: ".") { query += [UInt8(label.utf8.count)] + Array(label.utf8) }
        query += [0, 0, 6, 0, 1]
        guard let socket = try? NameSocket(SOCK_DGRAM, to: port, limit: .milliseconds(200)) else { return nil }
        socket.send(query)
        // In minimal mode the authority section is empty, so the message ends with the SOA: five numbers, of which the
        // first is the serial.
        guard let answer = socket.receive(), answer[3] & 15 == 0, answer[7] == 1, answer.count > 32 else { return nil }
        return answer.suffix(20).prefix(4).reduce(0) { $0 << 8 | Int($1) }
    }

    private static func configuration(port: UInt16, zones: [String], in directory: ScratchDirectory) -> String {
        let path = directory.path
        // Debian's nsd limits the rate of answers unless told otherwise.
        return """
            server:
              ip-address: 127.0.0.1@\(port)
              server-count: 1
              username: ""
              chroot: ""
              zonesdir: "\(path)"
              pidfile: "\(path)/nsd.pid"
              database: ""
              xfrdfile: "\(path)/xfrd.state"
              zonelistfile: "\(path)/zone.list"
              xfrdir: "\(path)"
              minimal-responses: yes
              rrl-ratelimit: 0
              rrl-whitelist-ratelimit: 0
              tcp-count: 200
            remote-control:
              control-enable: yes
              control-interface: "\(path)/control"

            """
                + zones.enumerated().map { index, name in
                    "zone:\n  name: \"\(name.isEmpty ? "." : name)\"\n  zonefile: \"\(index).zone\"\n"
                }.joined()
    }
}
