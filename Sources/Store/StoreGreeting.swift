import RESP
import Support

/// What a connection begins with: HELLO with who we are, the database, and what is to be told.
struct StoreGreeting: Sendable {
    /// The commands, sent at once.
    let commands: [RESPCommand]

    /// The greeting of a client.
    init(_ credentials: StoreCredentials?, database: Int, _ options: StoreOptions) {
        var hello = ["HELLO", "3"]
        if let credentials { hello += ["AUTH", credentials.user, credentials.password] }
        hello += ["SETNAME", options.name]
        var commands = [hello]
        if database != 0 { commands.append(["SELECT", "\(database)"]) }
        if !options.tracked.isEmpty {
            // BCAST: by prefix, whatever this connection has read. NOLOOP: not of its own changes.
            commands.append(
                ["CLIENT", "TRACKING", "ON", "BCAST"] + options.tracked.flatMap { ["PREFIX", $0] } + ["NOLOOP"])
        }
        self.commands = commands.map { RESPCommand(words: $0.map { Array($0.utf8) }) }
    }

    /// Why the store cannot be used, as a clause; nil if it can.
    ///
    /// - Parameter answers: Those to `commands`, as many.
    func fault(in answers: [RESPValue]) -> String? {
        for (command, answer) in zip(commands, answers) {
            guard let error = answer.error else { continue }
            let name = String(decoding: command.words[0], as: UTF8.self)
            if name == "HELLO", error.code == "NOPROTO" || error.description.hasPrefix("ERR unknown command") {
                return "it does not know HELLO 3: it must be Redis 6 or later, or Valkey (\"\(error)\")"
            }
            return "it answers \(name) with \"\(error)\""
        }
        guard let hello = answers.first, hello["proto"]?.integer == 3 else {
            return "it does not answer HELLO 3 as a store does"
        }
        // A replica would refuse what is written, and has what is read a moment later.
        if let role = hello["role"]?.text, role != "master" {
            return "it is a \(PrintableText.of(role.utf8, limit: 40)), not the master"
        }
        return nil
    }
}
