import Foundation

extension PostfixInstance {
    /// A message in the queue, as postqueue(1) shows it.
    public struct QueuedMessage: Sendable, Decodable {
        /// A recipient that the message has not been delivered to.
        public struct Recipient: Sendable, Decodable {
            /// The address.
            public let address: String
            /// Why the last attempt failed; nil if there was none.
            public let delay_reason: String?
        }

        /// Its sender; `MAILER-DAEMON` for a bounce.
        public let sender: String
        /// `deferred`, `active`, `incoming`, `hold`.
        public let queue_name: String
        /// The recipients that are left.
        public let recipients: [Recipient]
    }

    /// What is in the queue.
    public func queued() async throws -> [QueuedMessage] {
        let (status, output) = try await ChildProcess.run("postqueue", ["-c", configuration, "-j"])
        guard status == 0 else { throw WorldError("postqueue -j: \(output)") }
        return try output.split(separator: "\n").map {
            try JSONDecoder().decode(QueuedMessage.self, from: Data($0.utf8))
        }
    }

    /// Tries to deliver all that is in the queue.
    public func flush() async throws {
        let (status, output) = try await ChildProcess.run("postqueue", ["-c", configuration, "-f"])
        guard status == 0 else { throw WorldError("postqueue -f: \(output)") }
    }

    /// What postfix(1) does for "reload".
    public func reload() throws {
        guard let master = masterID, kill(master, SIGHUP) == 0 else { throw WorldError("no master to reload") }
    }

    /// Changes a line of main.cf. It is in force after a reload.
    public func set(_ name: String, to value: String) async throws {
        let (status, output) = try await ChildProcess.run("postconf", ["-c", configuration, "-e", "\(name)=\(value)"])
        guard status == 0 else { throw WorldError("postconf -e: \(output)") }
    }

    /// Appends lines to a file of the configuration, `master.cf`. They are in force after a reload.
    public func append(_ lines: String, to name: String) throws {
        let path = "\(configuration)/\(name)"
        let old = try String(contentsOfFile: path, encoding: .utf8)
        try (old + lines).write(toFile: path, atomically: false, encoding: .utf8)
    }

    /// Waits until a service that was added greets.
    public func waitForGreeting(at port: UInt16) async throws {
        let isThere = try await eventually(within: .seconds(60)) {
            let greeting = try? await onOwnThread { try SMTPClient(port: port).greeting }
            return greeting?.code == 220
        }
        guard isThere else { throw WorldError("nobody greets at \(port): \(log)") }
    }

    /// How many deliveries have ended so far: `sent`, `deferred` or `bounced`.
    public func deliveries(_ status: String) -> Int {
        log.split(separator: "\n").count { $0.contains(" status=\(status) ") }
    }
}
