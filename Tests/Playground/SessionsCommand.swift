import ArgumentParser
import Foundation

/// Mail by the clock, counted at the sender's end.
struct SessionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sessions",
        abstract: "Opens so many SMTP sessions a second, and counts what becomes of them.",
        discussion: """
            One session has one message to one recipient: by turns a good one, whose message must be taken, and a \
            broken one, which must be refused with the code of --refusal, as 4xx or 5xx. Each message has the \
            Message-ID <number.RUN@sessions.example>, so that those accepted can be found at the server; RUN is \
            printed. A line of standard input is a mark: MARK_n_OPEN tells how many sessions were open then, and \
            MARK_n_PUT_OFF how many were put off since, up to the next mark.
            Prints lines of the form NAME=value. PUT_OFF are sessions that got another 4xx than they should, WRONG \
            those that got another reply than they may ever get, NOT_STARTED those that were not even greeted, LOST \
            those whose connection broke in between. Exits 1 if there is any of the last three, if more were put off \
            than --put-off allows, or if the counts do not add up.
            """)

    @Option(help: "The port on 127.0.0.1.")
    var port: UInt16

    @Option(help: "Sessions a second; fewer on a machine that cannot bear so many.")
    var rate = 200

    @Option(help: "For so many seconds, and until standard input ends, but not for longer than four times as many.")
    var seconds = 10

    @Option(help: "The recipient whose mail is taken.")
    var good = "user@verified.example"

    @Option(help: "The recipient whose mail is refused; empty for good mail alone.")
    var broken = "user@tlsa-invalid.example"

    @Option(help: "The code of the refusal without its class.")
    var refusal = "7.323"

    @Option(help: "How many sessions may be put off; any number by default.")
    var putOff: Int?

    @Option(help: "The longest wait for a reply, in seconds.")
    var patience = 30

    func validate() throws {
        guard (1...2_000).contains(rate), (1...3_600).contains(seconds), (1...300).contains(patience) else {
            throw ValidationError("--rate takes 1 to 2000, --seconds 1 to 3600, --patience 1 to 300.")
        }
    }

    func run() async throws {
        let load = SessionLoad(
            Session(
                port: port, good: good, broken: broken.isEmpty ? nil : broken, refusal: refusal,
                run: String(UInt32.random(in: 0 ... .max), radix: 36), patience: .seconds(patience)),
            rate: rate, count: rate * seconds)
        load.readMarks()
        let counts = await load.run()
        for line in counts.lines { Playground.say(line) }
        let faults = counts.faults(putOff: putOff)
        for fault in faults { FileHandle.standardError.write(Data("FAULT: \(fault)\n".utf8)) }
        if !faults.isEmpty { throw ExitCode(1) }
    }
}
